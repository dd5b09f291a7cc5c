/**
 * The style sheet of HTML reports: that of the drawings, and the page around them. It is fixed, so that a
 * Content-Security-Policy can name it by its hash.
 */
import { drawingStyles, themeVariables } from './drawing-styles.ts'
import { darkTheme, lightTheme } from './palette.ts'

/** SHA-256 of `stylesheet` in base64, for `style-src`; a test compares them. */
export const stylesheetHash = 'sha256-YzmrpEM7OtOVjKgEWgu33TUfTCbYTTiNAeEZH0EavRo='

/** The whole style sheet. */
export const stylesheet = `${drawingStyles}
:root:has(#theme-light:checked){color-scheme:light;${themeVariables(lightTheme)}}
:root:has(#theme-dark:checked){color-scheme:dark;${themeVariables(darkTheme)}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--background);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
.page{max-width:54rem;margin:0 auto;padding:1.2rem 1.5rem 4rem}
.page.wide{max-width:82rem}
h1,h2,h3,.lede{font-family:ui-serif,"Iowan Old Style","Palatino Linotype",Palatino,Charter,Georgia,"DejaVu Serif",serif;font-weight:600;text-wrap:balance}
h1{font-size:2.35rem;line-height:1.15;letter-spacing:-.012em;margin:.35rem 0 1rem}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 1rem}
h3{font-size:1.02rem;line-height:1.4;margin:2rem 0 .6rem}
.lede{font-size:1.22rem;line-height:1.5;font-weight:400;max-width:38em;margin:0 0 .8rem;text-wrap:pretty}
p{margin:0 0 .8rem;max-width:42em;text-wrap:pretty}
.kicker{font-size:.78rem;letter-spacing:.09em;text-transform:uppercase;color:var(--muted);margin:0}
.muted,footer{color:var(--muted)}
.small,footer{font-size:.86rem;line-height:1.5}
.theme{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:.2rem 1rem;border:0;margin:0 0 1.4rem;padding:0;font-size:.82rem;color:var(--muted)}
.theme label{display:inline-flex;gap:.3rem;align-items:center;min-height:1.6rem}
.theme input{margin:0;accent-color:var(--muted)}
section{border-top:1px solid var(--line);padding-top:1.6rem;margin-top:2.6rem}
article+article{margin-top:5rem;padding-top:3rem;border-top:3px double var(--line)}
article>h2.headline{font-size:1.8rem}
a{color:inherit;text-decoration-color:var(--muted);text-underline-offset:.2em}
:focus-visible{outline:2px solid var(--against);outline-offset:2px;border-radius:2px}
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
details{border-top:1px solid var(--line);padding:.9rem 0;margin-top:1.6rem}
details+details{margin-top:0}
summary{cursor:pointer;font-weight:600}
details>:nth-child(2){margin-top:1rem}
code{font:.86rem/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.contents{columns:18rem;padding-left:1.2rem}
header+nav+main>article:first-child,.contents{margin-top:2.5rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:2rem 2.2rem}
.columns>article{margin:0;padding:0;border:0;min-width:0}
.columns h3:first-child{margin-top:0}
.letter{display:inline-block;min-width:1.6em;text-align:center;border:1px solid var(--muted);border-radius:3px;font-family:system-ui,sans-serif}
.answers{padding-left:0;list-style:none}
.compared .verdict{width:9.5rem}.compared td.verdict{font-size:.92rem}.compared .if-narrow{display:none}
.compared tr.opposite .verdict{font-weight:600}
.picked .cell{width:2.1rem;text-align:center}
.finder{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;align-items:end;margin:0 0 .8rem;font-size:.86rem;color:var(--muted)}
.finder[hidden]{display:none}
.finder label{display:grid;gap:.15rem;max-width:100%}
.finder :is(input,select,button){font:inherit;color:var(--ink);background:var(--surface);border:1px solid var(--muted);border-radius:3px;padding:.25rem .5rem;min-height:2rem;max-width:100%}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(16.5rem,100%),1fr));gap:1rem}
.card{border:1px solid var(--line);border-radius:4px;padding:.9rem 1rem;margin:0;content-visibility:auto;contain-intrinsic-size:auto 22rem;min-width:0}
.card[hidden]{display:none}
.card h3{margin:0 0 .6rem;font:600 .92rem/1.4 system-ui,sans-serif}
.card p{margin:.5rem 0}
.card details{margin:.3rem 0;padding:.3rem 0}
.card summary{font-size:.86rem;font-weight:400;color:var(--muted)}
.card details>:nth-child(2){margin-top:.4rem}
.card .excerpt{font-size:.92rem;line-height:1.75;background:var(--surface);padding:.5rem .7rem;border-radius:3px;overflow-wrap:anywhere}
.card .spark{width:100%}.card .picture{max-width:15rem;max-height:15rem;background:none}
.card .answer{font-size:1rem}
.bars{list-style:none;margin:.5rem 0;padding:0;font-size:.86rem}
.bars li{display:grid;grid-template-columns:minmax(0,1fr) 4rem 4.2rem;gap:.6rem;align-items:center;padding:.12rem 0}
.card .bars .clamp{-webkit-line-clamp:2}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:1rem}
@media (max-width:38rem){
.page{padding:1rem 1.1rem 3rem}h1{font-size:1.8rem}.lede{font-size:1.1rem}
}
@media (max-width:38rem){
.compared .verdict{width:4.9rem}.compared .if-narrow{display:block;padding-top:.4rem}.drawing.compared .weight{display:none}.drawing.compared .name{width:33%}
.picked .cell{width:1.5rem}
}
@media print{
.card{content-visibility:visible;break-inside:avoid}
:root:has(#theme-dark:checked){color-scheme:light;${themeVariables(lightTheme)}--background:#fff}
body{font-size:10.5pt}.page,.page.wide{max-width:none;padding:0}
.tabs{display:block}.tabs>input{display:none}.tabs>.panel{display:block;border:0;break-inside:avoid-page}.tabs>label{display:block;font-weight:600;color:var(--ink)}
section,article+article{break-inside:auto}.warnings{break-inside:avoid}
article+article{break-before:page;border-top:0}nav,.theme,.finder{display:none}
}
`
