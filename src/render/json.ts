/**
 * An explanation as JSON text in one form: the same explanation gives the same bytes.
 *
 * Keys stand in the order of `sodalime/explanation@1`, unknown ones after them by name; short lists and pairs stay on
 * one line, so that a weight or a run of segments is one line of a diff. Characters that would act on a terminal or on
 * the reading order stand as `\\uXXXX`, which JSON reads as the same characters.
 */
import type { ExplanationData } from '../contract/index.ts'

/** The JSON text, indented by two spaces, with a line break at its end. Numbers that are not finite become null, as in all JSON. */
export function toJsonText(explanation: ExplanationData): string {
  const plain: unknown = JSON.parse(JSON.stringify(explanation))
  return `${written(ordered(plain), '').replace(ACTING, escaped)}\n`
}

const KEYS = [
  'schema',
  'domain',
  'task',
  'classNames',
  'prediction',
  'predictionRange',
  'instance',
  'features',
  'labels',
  'options',
  'diagnostics',
  'neighbourhood',
]

function ordered(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
  const rank = (key: string): number => KEYS.indexOf(key) + 1 || KEYS.length + 1
  const entries = Object.entries(data)
  return Object.fromEntries(
    entries.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)),
  )
}

/** Controls but the line feeds of the layout, separators, what steers reading order. */
const ACTING = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu

const LINE = 96

function written(value: unknown, indent: string): string {
  const short = JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return short
  if (short.length + indent.length <= LINE) return spaced(value)
  const deeper = `${indent}  `
  if (Array.isArray(value)) {
    const items = value.every((item) => typeof item !== 'object' || item === null)
      ? filled(value, deeper)
      : value.map((item) => deeper + written(item, deeper)).join(',\n')
    return `[\n${items}\n${indent}]`
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${deeper}${JSON.stringify(key)}: ${written(member, deeper)}`,
  )
  return `{\n${members.join(',\n')}\n${indent}}`
}

/** One line, with a space after each colon and comma. */
function spaced(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** Plain values, as many to a line as fit. */
function filled(values: readonly unknown[], indent: string): string {
  const rows: string[] = []
  let row = indent
  values.forEach((value, i) => {
    const item = JSON.stringify(value) + (i < values.length - 1 ? ',' : '')
    if (row.length > indent.length && row.length + 1 + item.length > LINE) {
      rows.push(row)
      row = indent
    }
    row += row.length > indent.length ? ` ${item}` : item
  })
  rows.push(row)
  return rows.join('\n')
}

function escaped(characters: string): string {
  return Array.from(
    { length: characters.length },
    (_, i) => `\\u${characters.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')
}
