/**
 * Explanations of texts (Ribeiro et al. 2016, section 3.3; Python LIME's `LimeTextExplainer`).
 *
 * 1. Cut the text into words and what stands between them (`split-text.ts`); find the features (`text-features.ts`).
 * 2. Draw which words each sample keeps (`draw-words.ts`); with a numeric seed the draws depend on the numbers of samples
 *    and features only, and are kept from call to call.
 * 3. Hand the neighbourhood to the pipeline; texts are made batch by batch (`text-template.ts`).
 *
 * On purpose different from Python LIME (`compatibility: 'python'` follows it): the predicted class is explained by
 * default, a `maskString` counts with `bow` too, what matched `splitExpression` separates whatever it looks like, and
 * groups inside that expression do not double the separators.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import type { Explanation } from '../contract/explanation.ts'
import type { TextInput } from '../contract/instance.ts'
import { didYouMean } from '../contract/nearest.ts'
import type { Model } from '../contract/predictor.ts'
import type { Warning } from '../contract/progress.ts'
import { explainNeighbourhood } from '../explain/explain-neighbourhood.ts'
import type { Domain, NeighbourhoodRequest, Surroundings } from '../explain/neighbourhood.ts'
import { resolveSettings, type Settings, Streams } from '../explain/settings.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'
import { drawWords } from './draw-words.ts'
import { type FixedSpan, spanPieces } from './fixed-spans.ts'
import { groupWords, type Piece } from './split-text.ts'
import { findFeatures, type TextFeatures } from './text-features.ts'
import {
  checkTextExplainOptions,
  describeTextOptions,
  planText,
  switching,
  type TextExplainerOptions,
  type TextExplainOptions,
  type TextPlan,
} from './text-options.ts'
import { textTemplate } from './text-template.ts'

const NAME = 'TextExplainer'

/** UTF-16 units of text that one batch may hold by default. */
const BATCH_UNITS = 4_000_000

/** Samples × features: of a neighbourhood (a bit each), of draws that are kept, and where each becomes a number. */
const MOST_BITS = 4_000_000_000
const MOST_KEPT = 100_000_000
const MOST_NUMBERS = 100_000_000

/** Explains texts. */
export class TextExplainer implements Domain<TextInput, TextInput> {
  readonly domain = 'text'
  readonly #plan: TextPlan
  readonly #streams: Streams
  #kept: { readonly key: string; readonly words: BitMatrix } | undefined

  /** @throws OptionError for options that cannot be used. */
  constructor(options: TextExplainerOptions = {}) {
    this.#plan = planText(NAME, options)
    this.#streams = new Streams(options.randomState)
  }

  /**
   * Explains one text.
   *
   * @param text a text, or an object of texts for a model with several fields (title and body, question and answer).
   * @param model gets texts, or objects with the same keys.
   * @param options defaults: 10 features, 5000 samples, cosine distance × 100, kernel width 25.
   * @throws DataError for a text without words and for spans that do not fit it, PredictorError and
   *   PredictorOutputError for the model, OptionError for options; rejects with the signal's reason when aborted.
   */
  explain(text: string, model: Model<string>, options?: TextExplainOptions): Promise<Explanation>
  explain<Fields extends { readonly [Name in keyof Fields]: string }>(
    text: Fields,
    model: Model<Fields>,
    options?: TextExplainOptions,
  ): Promise<Explanation>
  async explain(
    text: TextInput,
    model: Model<never>,
    options: TextExplainOptions = {},
  ): Promise<Explanation> {
    const began = performance.now()
    checkTextExplainOptions(NAME, options)
    const fields = fieldsOf(text)
    const length = fields.reduce((sum, field) => sum + field.text.length, 0)
    const settings = resolveSettings(NAME, this.#plan.options, options, {
      kernelWidth: 25,
      numFeatures: 10,
      numSamples: 5000,
      distanceMetric: 'cosine',
      distanceScale: 100,
      batchSize: Math.max(1, Math.min(1000, Math.floor(BATCH_UNITS / Math.max(1, length)))),
    })
    settings.control.signal?.throwIfAborted()
    const { numSamples, control } = settings
    const around = await this.#around(text, { numSamples, control }, began, options, settings)
    return explainNeighbourhood({
      ...around,
      name: NAME,
      domain: 'text',
      model: model as Model<TextInput>,
      settings,
      began,
    })
  }

  /** The neighbourhood of one text, without a model. Throws as `explain` does. */
  async neighbourhood(
    text: TextInput,
    request: NeighbourhoodRequest,
  ): Promise<Surroundings<TextInput>> {
    return this.#around(text, request, performance.now(), {}, undefined)
  }

  async #around(
    text: TextInput,
    request: NeighbourhoodRequest,
    began: number,
    options: Pick<TextExplainOptions, 'spans' | 'spanUnits'>,
    settings: Settings | undefined,
  ): Promise<Surroundings<TextInput>> {
    const fields = fieldsOf(text)
    const plan = this.#plan
    const bySpans = options.spans !== undefined
    const switched = switching(plan, bySpans)
    const pieces = bySpans ? cutBySpans(fields, options) : fields.map((one) => this.#cut(one))
    const found = findFeatures(pieces, switched.bow)
    const d = found.features.length
    checkFeatures(fields, found, plan, bySpans)
    checkSize(request.numSamples, d, settings)
    const interpretable = await this.#draw(request, d, began)
    const templates = found.fields.map((field) => textTemplate(field, switched.mask))
    const names = fields.map(({ name }) => name)
    // Row 0 is the text itself: pieces may hold parts of it twice (a quirk of Python's).
    const one = (row: number): TextInput =>
      row === 0
        ? text
        : typeof text === 'string'
          ? templates[0]!(interpretable, row)
          : Object.fromEntries(templates.map((make, k) => [names[k]!, make(interpretable, row)]))
    return {
      instance: { kind: 'text', fields },
      neighbourhood: {
        features: found.features,
        interpretable,
        codes: interpretable,
        inputs: (rows) => Array.from(rows, one),
      },
      options: describeTextOptions(plan, switched, bySpans),
      warnings: warningsFor(found, plan, bySpans),
    }
  }

  #cut({ name, text }: Field): Piece[] {
    const { split, ngram } = this.#plan
    const pieces = split(text, `${NAME}.explain, ${name}`)
    return ngram === 1 ? pieces : groupWords(pieces, ngram)
  }

  /** New draws, or the kept ones of an earlier call with the same seed. */
  async #draw(
    { numSamples: n, random, control = {} }: NeighbourhoodRequest,
    d: number,
    began: number,
  ): Promise<BitMatrix> {
    if (random !== undefined) return drawWords(n, d, random, control, began)
    const key = `${n} ${d}`
    if (this.#kept?.key === key) return this.#kept.words
    const words = await drawWords(n, d, this.#streams.next(), control, began)
    if (this.#streams.repeats && n * d <= MOST_KEPT) this.#kept = { key, words }
    return words
  }
}

interface Field {
  readonly name: string
  readonly text: string
}

/** The fields of an instance; a text alone is the field `text`. */
function fieldsOf(text: unknown): Field[] {
  if (typeof text === 'string') return [{ name: 'text', text }]
  if (typeof text !== 'object' || text === null || Array.isArray(text)) {
    throw new DataError({
      where: `${NAME}.explain, text`,
      got:
        text === null
          ? 'null'
          : Array.isArray(text)
            ? `a list of ${text.length}`
            : `a value of type ${typeof text}`,
      expected: 'a text, or an object of texts by field',
      remedy: 'Explain one text a call.',
    })
  }
  return Object.entries(text).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return { name, text: value }
    throw new DataError({
      where: `${NAME}.explain, text.${name}`,
      got: value === null ? 'null' : `a value of type ${typeof value}`,
      expected: 'a text',
      remedy: 'Give every field as a text; an empty one may stand for a missing field.',
    })
  })
}

function cutBySpans(
  fields: readonly Field[],
  options: Pick<TextExplainOptions, 'spans' | 'spanUnits'>,
): Piece[][] {
  const { spans, spanUnits = 'utf16' } = options
  const where = `${NAME}.explain, options.spans`
  const single = fields.length === 1 && fields[0]!.name === 'text'
  if (Array.isArray(spans)) {
    if (fields.length === 1) {
      return [spanPieces(fields[0]!.text, spans as FixedSpan[], spanUnits, where)]
    }
    throw new DataError({
      where,
      got: `one list for ${fields.length} fields`,
      expected: `an object of lists: { ${fields.map(({ name }) => name).join(', ')} }`,
      remedy: 'Say to which field each span belongs.',
    })
  }
  if (typeof spans !== 'object' || spans === null) {
    throw new OptionError({
      where,
      got: spans === null ? 'null' : `a value of type ${typeof spans}`,
      expected: single ? 'a list of [start, end]' : 'an object of lists of [start, end]',
      remedy: 'Leave it out to explain words.',
    })
  }
  const names = fields.map(({ name }) => name)
  const byField = spans as { readonly [field: string]: readonly FixedSpan[] }
  for (const name of Object.keys(byField)) {
    if (names.includes(name) && Array.isArray(byField[name])) continue
    throw new DataError({
      where: `${where}.${name}`,
      got: names.includes(name) ? `a value of type ${typeof byField[name]}` : 'an unknown field',
      expected: `lists of [start, end] for fields among ${names.join(', ')}`,
      remedy: didYouMean(name, names, 'Leave it out.'),
    })
  }
  return fields.map(({ name, text }) =>
    spanPieces(text, byField[name] ?? [], spanUnits, `${where}.${name}`),
  )
}

/** Throws a DataError where there is nothing to switch. */
function checkFeatures(
  fields: readonly Field[],
  { features }: TextFeatures,
  { unit }: TextPlan,
  bySpans: boolean,
): void {
  if (features.length > 0) return
  const all = fields.map(({ text }) => text).join('')
  const shown = JSON.stringify(all.length > 40 ? `${all.slice(0, 40)}…` : all)
  throw new DataError({
    where: `${NAME}.explain, text`,
    got:
      fields.length === 0
        ? 'an object without fields'
        : all === ''
          ? 'an empty text'
          : bySpans
            ? 'no spans'
            : `${shown}, in which there are only separators`,
    expected: bySpans ? 'at least one span' : `a text with at least one ${unit}`,
    remedy: bySpans
      ? 'Leave spans out to explain words.'
      : "There is nothing to switch off: give another text, or another splitExpression or unit (unit: 'grapheme' also explains emoji and punctuation).",
  })
}

/** Throws an OptionError for a neighbourhood that would not fit into memory. */
function checkSize(numSamples: number, d: number, settings: Settings | undefined): void {
  const all = settings?.keepNeighbourhood || settings?.featureSelection === 'none'
  const columns = all ? d : Math.min(settings?.numFeatures ?? d, d)
  if (numSamples * d <= MOST_BITS && numSamples * columns <= MOST_NUMBERS) return
  const bits = numSamples * d > MOST_BITS
  const most = Math.floor(bits ? MOST_BITS / d : MOST_NUMBERS / columns)
  throw new OptionError({
    where: `${NAME}.explain, options.numSamples`,
    got: bits
      ? `${numSamples} samples of ${d} features`
      : `${numSamples} samples, each with ${columns} numbers`,
    expected: `at most ${most} samples for so many`,
    remedy: bits
      ? "A few thousand samples are usually enough; larger units (unit: 'sentence', ngram) make fewer features."
      : 'Ask for fewer numFeatures, do without featureSelection: none and keepNeighbourhood, or take fewer samples.',
  })
}

/** Scripts that write no spaces between words. */
const NO_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]{8}/u

function warningsFor(
  { features }: TextFeatures,
  { unit, options }: TextPlan,
  bySpans: boolean,
): Warning[] {
  const warnings: Warning[] = []
  if (features.length === 1) {
    warnings.push({
      code: 'single-feature',
      message: `The text has one feature only, ${JSON.stringify(features[0]!.name.slice(0, 40))}: its weight is what the answer changes when all of it is off.`,
    })
  }
  const bySpaces =
    !bySpans && unit === 'word' && options.locale === undefined && !options.splitExpression
  if (bySpaces && features.some(({ name }) => NO_SPACES.test(name))) {
    warnings.push({
      code: 'words-without-spaces',
      message:
        'The text is in a script that writes no spaces between words, so whole phrases were taken for words. Say its language with the option locale, such as ja or th.',
    })
  }
  return warnings
}
