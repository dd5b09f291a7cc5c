/**
 * The style sheet of HTML reports, fixed, so that a Content-Security-Policy can name it by its hash. Both themes of
 * `palette.ts`; narrow screens; print; forced colours. Sizes of bars stand in SVG attributes, never in styles.
 */
import { darkTheme, lightTheme, type Theme, tintSteps } from './palette.ts'

/** SHA-256 of `stylesheet` in base64, for `style-src`; a test compares them. */
export const stylesheetHash = 'sha256-ikYjIAPR0rWV2glrFb3J01lvGynB7RAxtd16Nj440D8='

/** The whole style sheet. */
export const stylesheet = `
:root{color-scheme:light dark;${variables(lightTheme)}}
@media (prefers-color-scheme:dark){:root{${variables(darkTheme)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--background);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
.page{max-width:54rem;margin:0 auto;padding:3.5rem 1.5rem 4rem}
h1,h2,h3,.lede{font-family:ui-serif,"Iowan Old Style","Palatino Linotype",Palatino,Charter,Georgia,"DejaVu Serif",serif;font-weight:600;text-wrap:balance}
h1{font-size:2.35rem;line-height:1.15;letter-spacing:-.012em;margin:.35rem 0 1rem}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 1rem}
h3{font-size:1.02rem;line-height:1.4;margin:2rem 0 .6rem}
.lede{font-size:1.22rem;line-height:1.5;font-weight:400;max-width:38em;margin:0 0 .8rem;text-wrap:pretty}
p{margin:0 0 .8rem;max-width:42em;text-wrap:pretty}
.kicker{font-size:.78rem;letter-spacing:.09em;text-transform:uppercase;color:var(--muted);margin:0}
.muted,figcaption,.detail,footer{color:var(--muted)}
figcaption,.detail,.small,footer{font-size:.86rem;line-height:1.5}
.detail{display:block}
section{border-top:1px solid var(--line);padding-top:1.6rem;margin-top:2.6rem}
article+article{margin-top:5rem;padding-top:3rem;border-top:3px double var(--line)}
article>h2.headline{font-size:1.8rem}
figure{margin:0 0 1.4rem}
figcaption{margin-top:.5rem;max-width:46em}
a{color:inherit;text-decoration-color:var(--muted);text-underline-offset:.2em}
:focus-visible{outline:2px solid var(--against);outline-offset:2px;border-radius:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums;table-layout:fixed}
caption{text-align:left;color:var(--muted);font-size:.86rem;padding:0 0 .5rem}
th,td{padding:.42rem 0;text-align:left;vertical-align:middle;font-weight:400;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{font-size:.78rem;color:var(--muted);padding:.2rem 0 .35rem;vertical-align:bottom}
td+td,th+td,th+th{padding-left:1rem}
.number{text-align:right;white-space:nowrap}
.name{width:40%;line-height:1.4}
.wide{width:auto}
.silent th{padding:0;border:0;height:0}
.clamp{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:4;overflow:hidden}
.values .number{white-space:normal;overflow-wrap:anywhere}
.values .weight{width:24%}.values .name{width:36%}
.weight{width:6.2rem}
.share{width:4rem}
.predictions .name{width:34%}
.predictions .weight{width:5.5rem}
.explained{font-weight:600}
svg{display:block;overflow:visible}
svg .for,svg .against{fill:var(--c)}
.for{--c:var(--for)}.against{--c:var(--against)}
.number.for,.number.against,.head.for,.head.against,strong.for,strong.against{color:var(--c)}
.neutral{fill:var(--neutral)}.track{fill:var(--surface)}
.axis{stroke:var(--ink);stroke-width:1}.hair{stroke:var(--line);stroke-width:1}
.whisker{stroke:var(--ink);stroke-width:1.4;fill:none}
.box{fill:var(--line)}.median{stroke:var(--muted);stroke-width:2}.dot{fill:var(--ink)}.dot.out{fill:var(--background);stroke:var(--ink);stroke-width:2}
.heads{position:relative;display:block;height:1.2rem}
${tintSteps.map((step, i) => `.t${i + 1}{--o:${Math.round(step * 100)}%}`).join('')}
.tabs{display:flex;flex-wrap:wrap;align-items:stretch;column-gap:1.6rem;border-bottom:0}
.tabs>input{position:absolute;opacity:0;width:1px;height:1px}
.tabs>label{order:1;padding:.3rem 0;color:var(--muted);cursor:pointer;border-bottom:2px solid transparent;max-width:100%}
.tabs>label:hover{color:var(--ink)}
.tabs>input:checked+label{color:var(--ink);font-weight:600;border-bottom-color:var(--ink)}
.tabs>input:focus-visible+label{outline:2px solid var(--against);outline-offset:2px}
.tabs>.panel{order:2;flex:0 0 100%;display:none;min-width:0;border-top:1px solid var(--line);margin-top:-1px;padding-top:1.3rem}
.tabs>input:checked+label+.panel{display:block}
.warnings{border:1px solid var(--caution);border-left-width:5px;padding:.9rem 1.1rem;margin:1.4rem 0 0;max-width:46em}
.warnings h2{font-size:1rem;margin:0 0 .3rem;color:var(--caution)}
.warnings ul{margin:0;padding-left:1.1rem}
.text{white-space:pre-wrap;font-size:1.08rem;line-height:1.9;background:var(--surface);padding:1.1rem 1.3rem;border-radius:4px;max-height:36rem;overflow:auto;overflow-wrap:anywhere}
mark{position:relative;color:inherit;border-radius:2px;padding:.1em .06em;background:color-mix(in srgb,var(--c) var(--o),transparent);border-bottom:2px solid var(--c)}
mark.against{border-bottom-style:dashed}
.tip{position:absolute;left:0;bottom:calc(100% + 3px);z-index:1;background:var(--ink);color:var(--background);font:.8rem/1.3 system-ui,sans-serif;padding:.2rem .5rem;border-radius:3px;white-space:nowrap;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
mark:focus>.tip{clip-path:none;width:auto;height:auto}
.picture{width:100%;max-width:34rem;height:auto;background:var(--surface)}
.picture image,.pixel{image-rendering:auto}
.pixel image,.pixel use{image-rendering:pixelated}
.segment{fill:var(--c);fill-opacity:var(--o);stroke:var(--c);stroke-width:2;vector-effect:non-scaling-stroke}
.halo{fill:none;stroke:#fff;stroke-opacity:.75;stroke-width:4.5;vector-effect:non-scaling-stroke}
.segment.against{stroke-dasharray:5 3}
.segment.weak{fill-opacity:0;stroke:none}
.sign{fill:#fff;stroke:#1d1e21;paint-order:stroke;text-anchor:middle;dominant-baseline:central;font-weight:700;font-family:system-ui,sans-serif}
.border{fill:none;stroke:var(--muted);stroke-width:.7;vector-effect:non-scaling-stroke;opacity:.6}
.toggle{font-size:.86rem;color:var(--muted);margin-right:1.2rem}
.show-weights:not(:checked)~svg .weights,.show-borders:not(:checked)~svg .border{display:none}
.defs{position:absolute;width:0;height:0}
.signal{fill:none;stroke:var(--ink);stroke-width:1.5;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.band{fill:var(--c);fill-opacity:var(--o)}
.channel{margin-bottom:1.2rem}
.channel svg{width:100%;border-left:1px solid var(--line)}
.channel h4{font-size:.86rem;font-weight:600;margin:0 0 .3rem}
.scale{display:flex;justify-content:space-between;gap:1rem;font-variant-numeric:tabular-nums}
.facts{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.5rem 1.5rem;margin:1rem 0 0}
.facts dt{color:var(--muted);min-width:0}
.facts dd{margin:0;min-width:0}
.rules{padding-left:1.2rem;max-width:46em}
.rules li{margin-bottom:.35rem}
details{border-top:1px solid var(--line);padding:.9rem 0;margin-top:1.6rem}
details+details{margin-top:0}
summary{cursor:pointer;font-weight:600}
details>:nth-child(2){margin-top:1rem}
code{font:.86rem/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.contents{columns:18rem;padding-left:1.2rem}
header+nav+main>article:first-child,.contents{margin-top:2.5rem}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:1rem}
@media (max-width:38rem){
.page{padding:2rem 1.1rem 3rem}h1{font-size:1.8rem}.lede{font-size:1.1rem}
.share{display:none}.weight{width:5.4rem}.number{font-size:.92rem}.name,.predictions .name{width:42%}td+td,th+td,th+th{padding-left:.7rem}
.facts{grid-template-columns:minmax(0,1fr);gap:.1rem}.facts dd{margin-bottom:.7rem}
.text{padding:.9rem 1rem}.values .name{width:38%}
}
@media print{
:root{${variables(lightTheme)}--background:#fff}
body{font-size:10.5pt}.page{max-width:none;padding:0}
.tabs{display:block}.tabs>input{display:none}.tabs>.panel{display:block;border:0;break-inside:avoid-page}.tabs>label{display:block;font-weight:600;color:var(--ink)}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
section,article+article{break-inside:auto}tr,figure,.warnings{break-inside:avoid}.text{max-height:none}
article+article{break-before:page;border-top:0}.toggle,.tip,nav{display:none}
}
@media (forced-colors:active){svg{forced-color-adjust:none}mark{forced-color-adjust:none}}
`

function variables(theme: Theme): string {
  return Object.entries(theme)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('')
}
