/**
 * The frame of every HTML report: one page that needs nothing else.
 *
 * 1. A Content-Security-Policy allows the one style sheet and the one script by their hashes, pictures as data URLs, and
 *    nothing more: no network, no inline handlers, no inline styles.
 * 2. Light or dark as the system is, or as the reader chooses; without a script.
 */
import { type Markup, markup } from './markup.ts'
import { reportScript, reportScriptHash } from './report-script.ts'
import { stylesheet, stylesheetHash } from './stylesheet.ts'

/** What stands in the frame. */
export interface PageParts {
  readonly title: string
  readonly body: Markup
  /** For tables and galleries that need the room. Default false. */
  readonly wide?: boolean | undefined
}

/** The whole document. */
export function htmlPage({ title, body, wide = false }: PageParts): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ markup: POLICY }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="sodalime">
<title>${title}</title>
<style>${{ markup: stylesheet }}</style>
</head>
<body>
<div class="page${wide && ' wide'}">
${themeChoice()}
${body}
${howToRead()}
<footer>Made by sodalime. Nothing on this page was loaded from a network.</footer>
</div>
<script>${{ markup: reportScript }}</script>
</body>
</html>
`.markup
}

const POLICY = `default-src 'none'; style-src '${stylesheetHash}'; script-src '${reportScriptHash}'; img-src data:; base-uri 'none'; form-action 'none'`

function themeChoice(): Markup {
  const one = (id: string, text: string, checked = false): Markup =>
    markup`<label><input type="radio" name="theme" id="theme-${id}"${checked && markup` checked`}>${text}</label>`
  return markup`<fieldset class="theme"><legend class="sr">Colours</legend>${one('system', 'As the system', true)}${one('light', 'Light')}${one('dark', 'Dark')}</fieldset>`
}

function howToRead(): Markup {
  return markup`<details><summary>How to read this</summary>
<p>The instance was changed a little, many times over, and the model was asked about each change. A simple model, the <em>surrogate</em>, was then fitted to the answers, near changes counting more than far ones. Its weights are shown here.</p>
<p>A weight above zero (<strong class="for">+</strong>, to the right) says that the feature, as it is in this instance, raises the model\u2019s output; one below zero (<strong class="against">\u2212</strong>, to the left) that it lowers it. Weights tell what the model does around this one instance. They do not tell what is true of the world, nor what the model does elsewhere.</p>
<p>R\u00b2 says how much of the model\u2019s behaviour the surrogate follows: 1 is all of it, 0 none. On samples that the surrogate did not see it is the more honest of the two. Where it is low, or where an interval reaches zero, do not rely on the weight.</p></details>`
}
