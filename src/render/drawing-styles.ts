/**
 * The style sheet of all drawings in HTML, theme included: what reports and pages of one's own need to show them.
 *
 * Every drawing stands in an element of class `drawing`, and all rules begin there, so that they leave the page around
 * it alone. The theme follows the system's light or dark, unless `data-theme="light"` or `"dark"` stands on the root.
 * Sizes of bars are SVG attributes, never styles, so that a page may forbid inline styles.
 */
import { darkTheme, lightTheme, type Theme, tintSteps } from './palette.ts'

/** The colours of a theme as custom properties. */
export function themeVariables(theme: Theme): string {
  return Object.entries(theme)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('')
}

/** The whole style sheet of the drawings. */
export const drawingStyles = `
:root{color-scheme:light dark;${themeVariables(lightTheme)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${themeVariables(darkTheme)}}}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark;${themeVariables(darkTheme)}}
.drawing{margin:0 0 1.4rem;min-width:0}
.drawing,.drawing *{box-sizing:border-box}
.drawing .muted,.drawing figcaption,.drawing .detail{color:var(--muted)}
.drawing figcaption,.drawing .detail,.drawing .small{font-size:.86rem;line-height:1.5}
.drawing .detail{display:block}
.drawing figcaption{margin-top:.5rem;max-width:46em}
.drawing h4{font-size:.86rem;font-weight:600;margin:0 0 .3rem}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.drawing table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums;table-layout:fixed}
.drawing caption{text-align:left;color:var(--muted);font-size:.86rem;padding:0 0 .5rem}
.drawing :is(th,td){padding:.42rem 0;text-align:left;vertical-align:middle;font-weight:400;border-bottom:1px solid var(--line)}
.drawing tbody tr:last-child>*{border-bottom:0}
.drawing thead th{font-size:.78rem;color:var(--muted);padding:.2rem 0 .35rem;vertical-align:bottom}
.drawing :is(td+td,th+td,th+th){padding-left:1rem}
.drawing .number{text-align:right;white-space:nowrap}
.drawing .name{width:40%;line-height:1.4}
.drawing .wide{width:auto}
.drawing .silent th{padding:0;border:0;height:0}
.drawing .clamp{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:4;overflow:hidden}
.drawing .values .number{white-space:normal;overflow-wrap:anywhere}
.drawing .values .weight{width:24%}.drawing .values .name{width:36%}
.drawing .weight{width:6.2rem}
.drawing .share{width:4rem}
.drawing .predictions .name{width:34%}
.drawing .predictions .weight{width:5.5rem}
.drawing .explained{font-weight:600}
.drawing svg{display:block;overflow:visible}
.drawing svg :is(.for,.against){fill:var(--c)}
.for{--c:var(--for)}.against{--c:var(--against)}
.drawing :is(.number.for,.number.against,.head.for,.head.against,strong.for,strong.against),strong.for,strong.against{color:var(--c)}
.drawing .neutral{fill:var(--neutral)}.drawing .track{fill:var(--surface)}
.drawing .axis{stroke:var(--ink);stroke-width:1}.drawing .hair{stroke:var(--line);stroke-width:1}
.drawing .whisker{stroke:var(--ink);stroke-width:1.4;fill:none;vector-effect:non-scaling-stroke}
.drawing svg .unsure{fill-opacity:.38;stroke:var(--c);stroke-width:1;stroke-dasharray:3 2;vector-effect:non-scaling-stroke}
.drawing .box{fill:var(--line)}.drawing .median{stroke:var(--muted);stroke-width:2}.drawing .dot{fill:var(--ink)}.drawing .dot.out{fill:var(--background);stroke:var(--ink);stroke-width:2}
.drawing .histogram{fill:var(--neutral);fill-opacity:.45}.drawing .histogram.here{fill:var(--ink);fill-opacity:1}
${tintSteps.map((step, i) => `.t${i + 1}{--o:${Math.round(step * 100)}%}`).join('')}
.drawing .text{white-space:pre-wrap;font-size:1.08rem;line-height:1.9;background:var(--surface);padding:1.1rem 1.3rem;border-radius:4px;max-height:36rem;overflow:auto;overflow-wrap:anywhere}
.drawing .text .cut{color:var(--muted);font-size:.86rem;font-style:italic}
.drawing mark{position:relative;color:inherit;border-radius:2px;padding:.1em .06em;background:color-mix(in srgb,var(--c,transparent) var(--o,0%),transparent);border-bottom:2px solid var(--c,transparent)}
.drawing mark.against{border-bottom-style:dashed}
.drawing .tip{position:absolute;left:0;bottom:calc(100% + 3px);z-index:1;background:var(--ink);color:var(--background);font:.8rem/1.3 system-ui,sans-serif;padding:.2rem .5rem;border-radius:3px;white-space:nowrap;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.drawing mark:is(:focus,:hover)>.tip{clip-path:none;width:auto;height:auto}
.drawing .picture{width:100%;max-width:34rem;height:auto;background:var(--surface);--for:${lightTheme.for};--against:${lightTheme.against}}
.drawing .pixel :is(image,use){image-rendering:pixelated}
.shape{vector-effect:non-scaling-stroke}
.drawing .segment{fill:var(--c,transparent);stroke:none}
.image:not(:has(.view-heat:checked)) .segment{fill-opacity:0}
.image:not(:has(.view-heat:checked)) .segment.strong{fill-opacity:var(--o);stroke:var(--c);stroke-width:2}
.image:has(.view-borders:checked) .segment.strong{fill-opacity:0}
.drawing .segment.against{stroke-dasharray:5 3}
.drawing :is(.hatch,.grey){display:none}.drawing .hatch{pointer-events:none}
.image:has(.view-heat:checked) :is(.hatch,.grey){display:inline}
.image:has(.view-heat:checked) :is(.halo,.sign,.plain),.image:has(.view-picture:checked) .weights{display:none}
.drawing .halo{fill:none;stroke:#fff;stroke-opacity:.75;stroke-width:4.5}
.drawing .sign{fill:#fff;stroke:#1d1e21;paint-order:stroke;text-anchor:middle;dominant-baseline:central;font-weight:700;font-family:system-ui,sans-serif;pointer-events:none}
.drawing .border{fill:none;stroke:var(--muted);stroke-width:.7;vector-effect:non-scaling-stroke;opacity:.6;pointer-events:none;display:none}
.drawing .border.bare,.image:has(.view-borders:checked) .border{display:inline;stroke:#fff;stroke-width:1;opacity:.8}
.drawing .border.bare{stroke:var(--muted)}
.drawing .weights{opacity:var(--strength,1)}
.defs{position:absolute;width:0;height:0;overflow:hidden;margin:0}
.drawing .choices{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;align-items:center;margin:0 0 .6rem;padding:0;border:0;font-size:.86rem;color:var(--muted)}
.drawing .choices label{display:inline-flex;gap:.35rem;align-items:center;min-height:1.6rem}
.drawing .choices [hidden]{display:none}
.drawing .choices :is(input,button){accent-color:var(--against);margin:0}
.signal{fill:none;stroke:var(--ink);stroke-width:1.5;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.drawing .band{fill:var(--c,transparent);fill-opacity:var(--o,0%)}
.drawing .edge{stroke:var(--c);stroke-width:3;vector-effect:non-scaling-stroke;fill:none}
.drawing .edge.against{stroke-dasharray:5 3}
.drawing .channel{margin-bottom:1.2rem}
.drawing .viewport{overflow:hidden;border-left:1px solid var(--line);touch-action:pan-y}
.drawing .viewport svg{width:100%;overflow:hidden}
.drawing .time{width:100%;font-size:11px;fill:var(--muted)}
.drawing .tick{stroke:var(--muted);stroke-width:1}
.drawing .scale{display:flex;justify-content:space-between;gap:1rem;font-variant-numeric:tabular-nums}
.drawing button{font:inherit;font-size:.86rem;color:var(--ink);background:var(--surface);border:1px solid var(--muted);border-radius:3px;padding:.15rem .6rem;min-height:1.75rem;cursor:pointer}
.drawing [data-feature].hot{outline:2px solid var(--ink);outline-offset:1px}
.drawing tr[data-feature].hot{outline-offset:-1px}
.drawing svg [data-feature].hot{outline:0;stroke:var(--ink);stroke-width:3;stroke-dasharray:none}
.drawing [role=button]{cursor:pointer}
.drawing .off{opacity:.35}.drawing mark.off{text-decoration:line-through}
.drawing svg .off{opacity:1;fill:var(--surface);fill-opacity:.85;stroke:var(--muted);stroke-width:1;stroke-dasharray:2 3;display:inline}
.facts{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.5rem 1.5rem;margin:1rem 0 0}
.facts dt{color:var(--muted);min-width:0}
.facts dd{margin:0;min-width:0}
.rules{padding-left:1.2rem;max-width:46em}
.rules li{margin-bottom:.35rem}
@media (max-width:38rem){
.facts{grid-template-columns:minmax(0,1fr);gap:.1rem}.facts dd{margin-bottom:.7rem}
.drawing :is(.share,.share-note){display:none}.drawing .weight{width:5.4rem}.drawing td.number{font-size:.92rem}.drawing :is(.name,.predictions .name){width:42%}.drawing :is(td+td,th+td,th+th){padding-left:.7rem}
.drawing .text{padding:.9rem 1rem}.drawing .values .name{width:38%}
}
@media print{
:root,:root[data-theme=dark],:root:not([data-theme=light]){color-scheme:light;${themeVariables(lightTheme)}--background:#fff}
.drawing{print-color-adjust:exact;-webkit-print-color-adjust:exact}.drawing :is(tr,figure){break-inside:avoid}.drawing .text{max-height:none}.drawing :is(.choices,.tip){display:none}
}
@media (forced-colors:active){.drawing :is(svg,mark){forced-color-adjust:none}}
`
