/**
 * Texts to one tensor: of strings, (n) or (n, 1), as scikit-learn's vectorizers take when exported to ONNX; or of the
 * numbers of tokens, (n, length), as networks with an embedding take.
 *
 * 1. The text is lower-cased on request and cut into tokens: what a regular expression finds.
 * 2. Each token becomes its number in the vocabulary; one that is not there becomes `unknown`, or is left out.
 * 3. Too many are cut off, too few are filled up with `pad`.
 */
import { checkChoice, checkOptions, OptionError } from '../../contract/index.ts'
import { type Encoder, type GraphInput, inputText, onlyInput, wrongKind } from './feeds.ts'
import { columnStore } from './table-values.ts'

/** How a network over tokens wants its texts. */
export interface TextLayout {
  /** Numbers of tokens: by token, or a list in which a token's place is its number. */
  readonly vocabulary: { readonly [token: string]: number } | readonly string[]
  /** Default false. */
  readonly lowerCase?: boolean | undefined
  /** A token as a regular expression (flags g and u). Default `\S+`: what stands between spaces. */
  readonly tokens?: string | undefined
  /** Tokens in one text. Default: the size that the graph fixes. */
  readonly length?: number | undefined
  /** The number that fills short texts up. Default 0. */
  readonly pad?: number | undefined
  /** The number of tokens that are not in the vocabulary. Default: they are left out. */
  readonly unknown?: number | undefined
  /** Where short texts are filled up. Default `end`; Keras's `pad_sequences` does it at the `start`. */
  readonly padAt?: 'start' | 'end' | undefined
  /** Where long texts are cut off. Default `end`; Keras's `pad_sequences` does it at the `start`. */
  readonly cutAt?: 'start' | 'end' | undefined
}

/** Names of the options above. */
export const TEXT_OPTIONS = [
  'vocabulary',
  'lowerCase',
  'tokens',
  'length',
  'pad',
  'unknown',
  'padAt',
  'cutAt',
] as const

/** Throws an OptionError for options that do not exist or are out of range. */
export function checkTextLayout(where: string, options: TextLayout | undefined): void {
  checkOptions(where, options, TEXT_OPTIONS)
  if (options === undefined) return
  const { vocabulary, tokens, length, pad, unknown, padAt, cutAt, lowerCase } = options
  const refuse = (name: string, value: unknown, expected: string, remedy: string) => {
    const got = JSON.stringify(value) ?? String(value)
    return new OptionError({ where: `${where}.${name}`, got, expected, remedy })
  }
  const asList = 'Give an object {"token": number}, or a list in which the place is the number.'
  if (typeof vocabulary !== 'object' || vocabulary === null) {
    throw refuse('vocabulary', vocabulary, 'numbers of tokens', asList)
  }
  const wrong = Array.isArray(vocabulary)
    ? vocabulary.find((token) => typeof token !== 'string')
    : Object.entries(vocabulary).find(([, id]) => !isId(id))
  if (wrong !== undefined) throw refuse('vocabulary', wrong, 'tokens with integers', asList)
  for (const [name, id] of Object.entries({ pad, unknown })) {
    if (id === undefined || isId(id)) continue
    throw refuse(name, id, 'the number of a token, an integer from 0', 'Leave it out otherwise.')
  }
  if (length !== undefined && !(Number.isInteger(length) && length >= 1)) {
    throw refuse(
      'length',
      length,
      'tokens, an integer from 1',
      'Leave it out where the graph fixes it.',
    )
  }
  if (lowerCase !== undefined && typeof lowerCase !== 'boolean') {
    throw refuse('lowerCase', lowerCase, 'true or false', 'Leave it out for false.')
  }
  if (padAt !== undefined) checkChoice(`${where}.padAt`, padAt, ['start', 'end'])
  if (cutAt !== undefined) checkChoice(`${where}.cutAt`, cutAt, ['start', 'end'])
  if (tokens !== undefined) tokenPattern(where, tokens)
}

/** An encoder of texts. Throws a ShapeError for a graph that does not take one string, or the tokens of one, an instance. */
export function textEncoder(
  model: string,
  inputs: readonly GraphInput[],
  layout?: TextLayout,
): Encoder<string> {
  if (layout !== undefined) return tokenEncoder(model, inputs, layout)
  const input = inputs.find(({ type }) => type === 'string')
  if (input === undefined || inputs.length > 1) {
    const remedy =
      'A network over tokens needs its tokenizer and vocabulary: the option text, or a sodalime.json beside the model.'
    throw wrongKind(model, 'a text', inputs, remedy)
  }
  return (texts) => ({
    [input.name]: {
      type: 'string',
      data: [...texts],
      dims: [texts.length, ...input.sizes.map(() => 1)],
    },
  })
}

function tokenEncoder(
  model: string,
  inputs: readonly GraphInput[],
  layout: TextLayout,
): Encoder<string> {
  const input = onlyInput(model, 'a text', inputs)
  const { sizes } = input
  const fixed = sizes[0]
  if (sizes.length !== 1) throw wrongKind(model, 'a text as tokens', inputs)
  const { lowerCase = false, pad = 0, unknown, padAt = 'end', cutAt = 'end' } = layout
  const length = layout.length ?? (typeof fixed === 'number' ? fixed : undefined)
  if (length === undefined || (typeof fixed === 'number' && fixed !== length)) {
    throw new OptionError({
      where: `${model}, options.text.length`,
      got: length === undefined ? 'none' : String(length),
      expected: `the number of tokens in one text, for ${inputText(input)}`,
      remedy: 'Take the length that the network was trained with.',
    })
  }
  const ids = numbersOf(layout.vocabulary)
  const pattern = tokenPattern('loadOnnx, options.text', layout.tokens ?? '\\S+')
  return (texts) => {
    const { data, convert } = columnStore(input, texts.length * length)
    const values = data as { [index: number]: unknown }
    for (let i = 0; i < texts.length; i++) {
      const text = lowerCase ? texts[i]!.toLowerCase() : texts[i]!
      const found: number[] = []
      for (const [token] of text.matchAll(pattern)) {
        const id = ids.get(token) ?? unknown
        if (id === undefined) continue
        found.push(id)
        if (cutAt === 'end' && found.length === length) break
      }
      const kept = found.slice(-length)
      const before = padAt === 'start' ? length - kept.length : 0
      for (let k = 0; k < length; k++) {
        values[i * length + k] = convert(kept[k - before] ?? pad)
      }
    }
    return { [input.name]: { type: input.type, data, dims: [texts.length, length] } }
  }
}

/** The longest pattern: none that a person wrote is longer. */
const LONGEST_PATTERN = 1000

function tokenPattern(where: string, source: string): RegExp {
  try {
    if (typeof source === 'string' && source !== '' && source.length <= LONGEST_PATTERN) {
      return new RegExp(source, 'gu')
    }
  } catch {
    // Said below.
  }
  throw new OptionError({
    where: `${where}.tokens`,
    got: String(source).slice(0, 80),
    expected: `a regular expression of at most ${LONGEST_PATTERN} characters that finds one token`,
    remedy: String.raw`For words: [\p{L}\p{N}']+`,
  })
}

function numbersOf(vocabulary: TextLayout['vocabulary']): Map<string, number> {
  if (Array.isArray(vocabulary)) {
    return new Map(vocabulary.map((token: string, id): [string, number] => [token, id]))
  }
  return new Map(Object.entries(vocabulary as { readonly [token: string]: number }))
}

function isId(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
