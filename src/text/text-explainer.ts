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
import { OptionError } from '../contract/errors.ts'
import type { Explanation } from '../contract/explanation.ts'
import type { TextInput } from '../contract/instance.ts'
import type { Model } from '../contract/predictor.ts'
import type { Control, Warning } from '../contract/progress.ts'
import type {
  Domain,
  Neighbourhood,
  Surroundings,
  SurroundRequest,
} from '../explain/neighbourhood.ts'
import { explainNeighbourhood } from '../explain/pipeline.ts'
import { resolveSettings, type Settings, Streams } from '../explain/settings.ts'
import { type BitMatrix, rowPopcount } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import { drawWords } from './draw-words.ts'
import type { TextFeatures } from './text-features.ts'
import { type Field, featuresOf, fieldsOf } from './text-fields.ts'
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
export class TextExplainer implements Domain<string, string> {
  readonly domain = 'text'
  readonly #plan: TextPlan
  readonly #streams: Streams
  #kept:
    | { readonly key: string; readonly words: BitMatrix; readonly after: RandomState }
    | undefined

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
   * @param options defaults: 10 features, as many samples as the weights need up to 5000; of LIME's draws cosine distance
   *   × 100, kernel width 25.
   * @throws DataError for a text without words and for spans that do not fit it, PredictorError and
   *   PredictorOutputError for the model, OptionError for options; rejects with the signal's reason when aborted.
   */
  explain(text: string, model: Model<string>, options?: TextExplainOptions): Promise<Explanation>
  explain<Fields extends TextFields<Fields>>(
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
    const fields = fieldsOf(text, `${NAME}.explain, text`)
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
    const found = this.#find(fields, options)
    const surroundings = this.#surround(text, fields, found, options, {}, settings)
    return explainNeighbourhood({
      name: NAME,
      domain: 'text',
      surroundings,
      model: model as Model<unknown>,
      settings,
      began,
    })
  }

  /** One text amid its perturbations, without a model. Throws as `explain` does. */
  surround<Fields extends TextFields<Fields>>(
    text: Fields,
    request?: SurroundRequest,
  ): Surroundings<Fields>
  surround(text: string, request?: SurroundRequest): Surroundings<string>
  surround(text: TextInput, request: SurroundRequest = {}): Surroundings<never> {
    const fields = fieldsOf(text, `${NAME}.explain, text`)
    const around = this.#surround(text, fields, this.#find(fields, {}), {}, request)
    return around as Surroundings<unknown> as Surroundings<never>
  }

  #find(fields: readonly Field[], { spans, spanUnits = 'utf16' }: TextExplainOptions) {
    const { bow } = switching(this.#plan, spans !== undefined)
    return featuresOf(fields, this.#plan, bow, spans, spanUnits, NAME)
  }

  #surround(
    text: TextInput,
    fields: readonly Field[],
    found: TextFeatures,
    { spans }: TextExplainOptions,
    { random }: SurroundRequest,
    settings?: Settings,
  ): Surroundings<TextInput> {
    const plan = this.#plan
    const bySpans = spans !== undefined
    const d = found.features.length
    const switches = switching(plan, bySpans)
    const templates = found.fields.map((field) => textTemplate(field, switches.mask))
    const switched = (masks: BitMatrix): Neighbourhood<TextInput> => {
      const input = (row: number): TextInput => {
        // What keeps every word is the text itself: under Python's rules pieces may hold parts of it twice.
        if (rowPopcount(masks, row) === d) return text
        if (typeof text === 'string') return templates[0]!(masks, row)
        return Object.fromEntries(templates.map((make, k) => [fields[k]!.name, make(masks, row)]))
      }
      return { interpretable: masks, codes: masks, inputs: (rows) => Array.from(rows, input) }
    }
    const draws = this.#draws(d, random)
    return {
      instance: { kind: 'text', fields },
      features: found.features,
      law: { kind: 'sizes', count: d },
      fixed: true,
      get random() {
        return draws.random()
      },
      checkSize: (n) => checkSize(n, d, settings),
      draw: async (n, control = {}) => switched(await draws.draw(n, control)),
      switched,
      options: describeTextOptions(plan, switches, bySpans),
      warnings: warningsFor(found, plan, bySpans),
    }
  }

  /** Draws of one instance, one after the other; the first may be a kept one of an earlier call with the same seed. */
  #draws(d: number, given: RandomState | undefined) {
    let stream = given
    const random = () => {
      stream ??= this.#streams.next()
      return stream
    }
    const draw = async (n: number, control: Control): Promise<BitMatrix> => {
      if (stream !== undefined) return drawWords(n, d, stream, control)
      const key = `${n} ${d}`
      if (this.#kept?.key === key) {
        stream = this.#kept.after.clone()
        return this.#kept.words
      }
      const words = await drawWords(n, d, random(), control)
      if (this.#streams.repeats && n * d <= MOST_KEPT) {
        this.#kept = { key, words, after: random().clone() }
      }
      return words
    }
    return { random, draw }
  }
}

/** An object of texts. */
type TextFields<Fields> = { readonly [Name in keyof Fields]: string }

/** Throws an OptionError for a neighbourhood that would not fit into memory, and numbers from it that would not. */
function checkSize(n: number, d: number, settings: Settings | undefined): void {
  const where = `${NAME}.explain, options.numSamples`
  if (n * d > MOST_BITS) {
    throw new OptionError({
      where,
      got: `${n} samples of ${d} features`,
      expected: `at most ${Math.floor(MOST_BITS / d)} samples for so many`,
      remedy:
        "A few thousand samples are usually enough; larger units (unit: 'sentence', ngram) make fewer features.",
    })
  }
  if (settings === undefined) return
  const { numFeatures, keepNeighbourhood, featureSelection } = settings
  const columns = keepNeighbourhood || featureSelection === 'none' ? d : Math.min(numFeatures, d)
  if (n * columns <= MOST_NUMBERS) return
  throw new OptionError({
    where,
    got: `${n} samples with ${columns} features each to be fitted or kept`,
    expected: `at most ${Math.floor(MOST_NUMBERS / columns)} samples for so many`,
    remedy:
      'Ask for fewer numFeatures, leave out featureSelection: none and keepNeighbourhood, or take fewer samples.',
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
      message: `The text has one feature only, ${JSON.stringify(features[0]!.name.slice(0, 40))}: there is nothing to compare it with.`,
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
