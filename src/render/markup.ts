/**
 * Markup that cannot forget to escape: a template tag in which every value is text unless it is markup itself.
 *
 * Text is made visible first (`visible-text.ts`), because XML forbids control characters that HTML merely dislikes.
 */
import { visibleText } from './visible-text.ts'

/** A finished piece of HTML or SVG. */
export interface Markup {
  readonly markup: string
}

/** What may stand in a template: text, a number, markup, a list of these; undefined and false leave nothing. */
export type MarkupValue = string | number | Markup | undefined | false | readonly MarkupValue[]

/** The template tag. Text is escaped for elements and for quoted attributes alike. */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  let text = parts[0]!
  for (let i = 0; i < values.length; i++) text += toMarkup(values[i]) + parts[i + 1]!
  return { markup: text }
}

/** A text with its own reading direction, so that a right-to-left name cannot reorder what stands beside it. */
export function isolated(text: string): Markup {
  return markup`<bdi>${text}</bdi>`
}

/** `text` for elements and quoted attributes; line breaks of running text are kept. */
export function escapeMarkup(text: string, keepLines = false): string {
  const visible = keepLines
    ? text
        .split(/\r\n|\r|\n/)
        .map((line) => line.split('\t').map(visibleText).join('\t'))
        .join('\n')
    : visibleText(text)
  return visible.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Running text, several lines of it allowed. */
export function lines(text: string): Markup {
  return { markup: escapeMarkup(text, true) }
}

function toMarkup(value: MarkupValue): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeMarkup(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '0'
  if (isList(value)) return value.map(toMarkup).join('')
  return value.markup
}

function isList(value: Markup | readonly MarkupValue[]): value is readonly MarkupValue[] {
  return Array.isArray(value)
}
