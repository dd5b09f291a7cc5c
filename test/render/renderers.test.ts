import {
  explainInWords,
  renderHtml,
  renderSvg,
  renderTerminal,
  toJsonText,
} from '../../src/render/index.ts'
import { rendererSuite } from './renderer-suite.ts'

/** Controls other than line feed, and what reverses reading order. */
const acting = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u
const tags = new RegExp(
  `<script(?!>\\n'use strict')|<img|<i>|<u>|<b>|<a>|="?https?://(?!www\\.w3\\.org)|${acting.source}`,
  'u',
)

rendererSuite({
  name: 'renderTerminal',
  render: (explanation) => renderTerminal(explanation, { width: 80 }),
  extension: 'txt',
  forbidden: acting,
})
rendererSuite({
  name: 'renderTerminal in ASCII',
  render: (explanation) => renderTerminal(explanation, { width: 48, unicode: false }),
  extension: 'ascii.txt',
  forbidden: /[^\n -~]/u,
})
rendererSuite({
  name: 'explainInWords',
  render: (explanation) => explainInWords(explanation),
  extension: 'words.txt',
  forbidden: acting,
})
rendererSuite({
  name: 'renderSvg',
  render: (explanation) => renderSvg(explanation),
  extension: 'svg',
  forbidden: tags,
})
rendererSuite({
  name: 'renderHtml',
  render: (explanation) => renderHtml(explanation),
  extension: 'html',
  forbidden: tags,
})
rendererSuite({ name: 'toJsonText', render: toJsonText, extension: 'json.txt', forbidden: acting })
