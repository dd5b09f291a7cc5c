/**
 * Any server that takes JSON: a template of the request, and a path to the outputs in the answer.
 *
 * 1. In the template the text `{{batch}}` stands for the list of instances, `{{instance}}` for one (then each request
 *    holds one). Alone in a text it becomes the JSON value; inside a longer text its words.
 * 2. The path is a JSON Pointer (`/data/0/scores`) or dotted (`data.0.scores`); `*` goes into every entry of a list,
 *    so that `results.*.score` is the list of all scores. The empty path is the whole answer.
 *
 * JSON Pointer: RFC 6901.
 */
import { OptionError } from '../../contract/index.ts'
import { jsonText, type Protocol } from './ask-in-pieces.ts'
import { outputReader } from './output-rows.ts'
import { answerError } from './server-errors.ts'
import type { InputOptions, ServerInput, ServerOptions } from './server-options.ts'
import { plainValues } from './server-tensors.ts'
import { shownUrl } from './server-url.ts'
import type { Transport } from './transport.ts'

/** A value of JSON. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }

/** How a server of its own kind is asked. */
export interface JsonOptions extends ServerOptions, InputOptions {
  /** The request, with `{{batch}}` or `{{instance}}` in it. Default `{ "inputs": "{{batch}}" }`. */
  readonly request?: Json | undefined
  /** Where the outputs stand in the answer. Default: the whole answer, or its only list. */
  readonly output?: string | undefined
}

/** Names of the options of this protocol alone. */
export const JSON_OPTIONS = ['request', 'output'] as const satisfies readonly (keyof JsonOptions)[]

const PLACEHOLDER = /\{\{\s*(batch|instance)\s*\}\}/g

/** The protocol of a template. Throws an OptionError for one without a place for the instances. */
export function jsonProtocol(
  transport: Transport,
  url: URL,
  options: JsonOptions,
): Protocol<ServerInput> {
  const where = shownUrl(url)
  const template = options.request ?? { inputs: '{{batch}}' }
  const kinds = new Set(
    [...JSON.stringify(template).matchAll(PLACEHOLDER)].map((match) => match[1]),
  )
  if (kinds.size !== 1) {
    throw new OptionError({
      where: 'connectJson, options.request',
      got: kinds.size === 0 ? 'no place for the instances' : 'both {{batch}} and {{instance}}',
      expected: '{{batch}} for all instances of a request, or {{instance}} for one',
      remedy: 'For example { "inputs": "{{batch}}" } or { "text": "{{instance}}" }.',
    })
  }
  const single = kinds.has('instance')
  const read = outputReader(options)
  return {
    where,
    pieceSize: single ? 1 : undefined,
    encode(instances) {
      const values = plainValues(where, instances, options)
      return jsonText(where, fill(template, single ? values[0] : values))
    },
    async ask(body, rows, signal) {
      const reply = await transport.json({ url, body, signal })
      const found =
        options.output === undefined ? onlyList(reply.json) : valueAt(reply.json, options.output)
      if (found === undefined) {
        throw answerError(
          reply,
          options.output === undefined ? 'no single list' : `nothing at ${options.output}`,
          `the outputs of ${rows} instances`,
          'Say with the option output where the outputs stand, such as data.0.scores or results.*.score.',
        )
      }
      // A request of one instance may be answered by its outputs alone.
      const wrapped = single && !(Array.isArray(found) && found.length === 1)
      return read(wrapped ? [found] : found, rows, reply)
    },
  }
}

/** The value at a path; undefined where there is none. `*` collects from every entry of a list. */
export function valueAt(json: unknown, path: string): unknown {
  const steps =
    path === ''
      ? []
      : path.startsWith('/')
        ? path.slice(1).split('/').map(unescaped)
        : path.split('.')
  return follow(json, steps)
}

function follow(value: unknown, steps: readonly string[]): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  if (step === '*') {
    const entries = Array.isArray(value) ? value : Object.values(value)
    const found = entries.map((entry) => follow(entry, rest))
    return found.includes(undefined) ? undefined : found
  }
  return Object.hasOwn(value, step)
    ? follow((value as Record<string, unknown>)[step], rest)
    : undefined
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}

function fill(template: Json, value: unknown): unknown {
  if (typeof template === 'string') {
    if (new RegExp(`^${PLACEHOLDER.source}$`).test(template)) return value
    const words = typeof value === 'string' ? value : JSON.stringify(value)
    return template.replace(PLACEHOLDER, () => words)
  }
  if (typeof template !== 'object' || template === null) return template
  if (Array.isArray(template)) return template.map((entry) => fill(entry, value))
  return Object.fromEntries(
    Object.entries(template).map(([key, entry]) => [key, fill(entry, value)]),
  )
}

/** The answer itself where it is a list, else the only list in it. */
function onlyList(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json
  const lists = Object.values(json).filter(Array.isArray)
  return lists.length === 1 ? lists[0] : undefined
}
