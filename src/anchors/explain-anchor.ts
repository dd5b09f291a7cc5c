/**
 * Anchors: rules under which the model's class stays (Ribeiro, Singh, Guestrin 2018, AAAI).
 *
 * A rule is a set of the instance's features. Its precision is the chance that the model gives a perturbed instance the
 * same class when the rule holds, its coverage the chance that it holds. Wanted is the rule of largest coverage whose
 * precision is at least `threshold` with confidence 1 − δ. Beam search (algorithm 2):
 *
 * 1. Lengthen each rule of the beam by each feature; keep those that cover more than the best rule found so far.
 * 2. Find the `beamSize` of highest precision by KL-LUCB (`kl-lucb.ts`).
 * 3. Draw for each until it is clear on which side of the threshold it lies; those above it compete by coverage.
 * 4. Stop when no longer rule can cover more than the best.
 *
 * Where no rule reaches the threshold, within `maxAnchorSize` and `maxSamples`, the rule of highest lower bound that was
 * seen is given, and the result says that it is none (`reached: false`). The empty rule is tried first: a model that
 * hardly ever changes its class needs no condition.
 *
 * On the same perturbations as LIME's, made by the explainers (`rule-sampler.ts`). Options are named as in the authors'
 * package; coverage is exact there where it is estimated from `coverage_samples` draws in the authors'.
 */
import { ANCHOR_SCHEMA, type AnchorData, type AnchorStep } from '../contract/anchor.ts'
import { OptionError } from '../contract/errors.ts'
import { checkOptions } from '../contract/nearest.ts'
import { type Model, toPredictor } from '../contract/predictor.ts'
import type { Control, Warning } from '../contract/progress.ts'
import { Inquiry } from '../explain/ask-model.ts'
import type { Domain, Surroundings } from '../explain/neighbourhood.ts'
import { checkWhole } from '../explain/settings.ts'
import { createBitMatrix, fillBitRow } from '../math/bit-matrix.ts'
import { RandomState } from '../math/random-state.ts'
import { klLower, klUpper } from './kl-bounds.ts'
import { bestArms, shareOf } from './kl-lucb.ts'
import { type Rule, RuleSampler, topOf } from './rule-sampler.ts'

/** Options; names as in the authors' package. */
export interface AnchorOptions extends Control {
  /** Precision that is wanted, above 0 and at most 1; default 0.95. */
  readonly threshold?: number
  /** Chance of error, between 0 and 1; default 0.1. */
  readonly delta?: number
  /** How much worse than the best a rule of the beam may be, above 0; default 0.15. */
  readonly tau?: number
  /** How far below the threshold a lower bound may lie, from 0; default 0.05. */
  readonly epsilonStop?: number
  /** Rules that are lengthened, ≥ 1; default 4. */
  readonly beamSize?: number
  /** Draws of a rule at a time, ≥ 1; default 100. */
  readonly batchSize?: number
  /** Most features of a rule; default all. */
  readonly maxAnchorSize?: number
  /** Most draws in all; default 100,000. */
  readonly maxSamples?: number
  /** Take the first rule that reaches the threshold, without looking for one of larger coverage; default false. */
  readonly stopOnFirst?: boolean
  /** Names of the classes; default: the model's, else numbers. */
  readonly classNames?: readonly string[]
  /** Seed or stream of the draws; default 0. */
  readonly randomState?: number | RandomState
}

const DEFAULTS = {
  threshold: 0.95,
  delta: 0.1,
  tau: 0.15,
  epsilonStop: 0.05,
  beamSize: 4,
  batchSize: 100,
  maxAnchorSize: Number.POSITIVE_INFINITY,
  maxSamples: 100_000,
  stopOnFirst: false,
}
type Settings = typeof DEFAULTS

const NAME = 'explainAnchor'

/**
 * The anchor of one instance.
 *
 * @param explainer a `TabularExplainer` with bins, a `TextExplainer`, or any other explainer with features that hold or not.
 * @throws OptionError for options and for models that predict values, what the explainer throws for the instance,
 *   PredictorError and PredictorOutputError for the model; rejects with the signal's reason when aborted.
 */
export async function explainAnchor<Instance, Input>(
  explainer: Domain<Instance, Input>,
  instance: Instance,
  model: Model<Input>,
  options: AnchorOptions = {},
): Promise<AnchorData> {
  const began = performance.now()
  const settings = settingsOf(options)
  const { signal, onProgress, onWarning, randomState = 0 } = options
  const control: Control = { ...(signal && { signal }) }
  signal?.throwIfAborted()
  const predictor = toPredictor(model)
  if (predictor.task === 'regression') throw regressionError()
  const random = typeof randomState === 'number' ? new RandomState(randomState) : randomState
  const surroundings = await explainer.surround(instance, { random })
  const prediction = await askInstance(surroundings, predictor, control, began)
  const label = topOf(prediction)
  const sampler = new RuleSampler({
    surroundings,
    predictor,
    label,
    control,
    random,
    most: settings.maxSamples,
    batchSize: settings.batchSize,
    began,
  })
  const search = new Search(sampler, settings, () =>
    onProgress?.({
      stage: 'predicting',
      done: sampler.samples,
      total: settings.maxSamples,
      seconds: (performance.now() - began) / 1000,
    }),
  )
  const { rule, reached } = await search.run()
  const names = classNamesOf(options.classNames ?? predictor.classNames, prediction.length)
  const warnings = [
    ...surroundings.warnings,
    ...warningsFor(rule, reached, sampler.samples, settings),
  ]
  for (const warning of warnings) onWarning?.(warning)
  const beta = Math.log(1 / settings.delta)
  const precision = shareOf(rule)
  const described = {
    ...settings,
    maxAnchorSize: Math.min(settings.maxAnchorSize, surroundings.features.length),
  }
  return {
    schema: ANCHOR_SCHEMA,
    domain: explainer.domain,
    classNames: names,
    prediction: Array.from(prediction),
    label,
    name: names[label]!,
    instance: surroundings.instance,
    features: surroundings.features,
    anchor: rule.features,
    reached,
    precision,
    precisionInterval: [klLower(precision, rule.draws, beta), klUpper(precision, rule.draws, beta)],
    coverage: rule.coverage,
    steps: search.stepsOf(rule),
    options: {
      ...described,
      ...surroundings.options,
      randomState: typeof randomState === 'number' ? randomState : 'RandomState',
    },
    diagnostics: {
      samples: sampler.samples,
      modelCalls: sampler.calls + 1,
      batches: sampler.batches + 1,
      seconds: (performance.now() - began) / 1000,
      modelSeconds: sampler.modelSeconds,
      warnings,
    },
  }
}

/** The beam search over one sampler. */
class Search<Input> {
  readonly #sampler: RuleSampler<Input>
  readonly #settings: Settings
  readonly #report: () => void
  readonly #seen = new Map<string, Rule>()

  constructor(sampler: RuleSampler<Input>, settings: Settings, report: () => void) {
    this.#sampler = sampler
    this.#settings = settings
    this.#report = report
  }

  async run(): Promise<{ readonly rule: Rule; readonly reached: boolean }> {
    const { beamSize, delta, tau, maxAnchorSize, stopOnFirst } = this.#settings
    const d = this.#sampler.chances.length
    let best: Rule | undefined
    const empty = this.#rule([])
    if (await this.#holds(empty, 1)) return { rule: empty, reached: true }
    let beam = [empty]
    for (let size = 1; size <= Math.min(d, maxAnchorSize); size++) {
      const covered = best?.coverage ?? 0
      const candidates = this.#longer(beam, d).filter(
        ({ coverage }) => best === undefined || coverage > covered,
      )
      if (candidates.length === 0) break
      beam = await bestArms(candidates, {
        count: Math.min(beamSize, candidates.length),
        delta,
        epsilon: tau,
        draw: (rules) => this.#draw(rules),
      })
      for (const rule of beam) {
        if (rule.coverage <= (best?.coverage ?? -1)) continue
        if (await this.#holds(rule, beam.length)) best = rule
        if (best !== undefined && stopOnFirst) return { rule: best, reached: true }
      }
    }
    if (best !== undefined) return { rule: best, reached: true }
    return { rule: this.#nearest(), reached: false }
  }

  /** Precision and coverage as the rule grew, from the empty one on. */
  stepsOf(rule: Rule): AnchorStep[] {
    return Array.from({ length: rule.features.length + 1 }, (_, size) => {
      const features = rule.features.slice(0, size)
      const part = size === rule.features.length ? rule : this.#rule(features)
      return {
        features,
        precision: part.draws === 0 ? null : shareOf(part),
        coverage: part.coverage,
      }
    })
  }

  /** Draws until the rule is clearly above or below the threshold; true where it is above. */
  async #holds(rule: Rule, rules: number): Promise<boolean> {
    const { threshold, delta, epsilonStop, maxAnchorSize } = this.#settings
    // The union over the rules that are judged: as the authors do, δ is shared by the beam and the sizes.
    const sizes = Math.min(this.#sampler.chances.length, maxAnchorSize)
    const beta = Math.log(1 / (delta / (1 + (rules - 1) * sizes)))
    if (rule.draws === 0 && !(await this.#draw([rule]))) return false
    for (;;) {
      const share = shareOf(rule)
      const low = klLower(share, rule.draws, beta)
      const high = klUpper(share, rule.draws, beta)
      if (share >= threshold && low >= threshold - epsilonStop) return true
      if (share < threshold && high < threshold + epsilonStop) return false
      if (!(await this.#draw([rule]))) return false
    }
  }

  async #draw(rules: readonly Rule[]): Promise<boolean> {
    const drawn = await this.#sampler.draw(rules)
    if (drawn) this.#report()
    return drawn
  }

  #longer(beam: readonly Rule[], d: number): Rule[] {
    const made = new Map<string, Rule>()
    for (const { features } of beam) {
      for (let j = 0; j < d; j++) {
        // What always holds adds nothing.
        if (features.includes(j) || this.#sampler.chances[j] === 1) continue
        const longer = [...features, j]
        const key = keyOf(longer)
        if (!made.has(key)) made.set(key, this.#rule(longer))
      }
    }
    return [...made.values()]
  }

  #rule(features: readonly number[]): Rule {
    const key = keyOf(features)
    const known = this.#seen.get(key)
    if (known !== undefined) return known
    const rule = this.#sampler.rule(features)
    this.#seen.set(key, rule)
    return rule
  }

  /** Of all rules that were drawn, the one of highest lower bound; of equal ones the shortest. */
  #nearest(): Rule {
    const beta = Math.log(1 / this.#settings.delta)
    let nearest = this.#rule([])
    let highest = -1
    for (const rule of this.#seen.values()) {
      const low = klLower(shareOf(rule), rule.draws, beta)
      if (rule.draws > 0 && low > highest) {
        highest = low
        nearest = rule
      }
    }
    return nearest
  }
}

function keyOf(features: readonly number[]): string {
  return [...features].sort((a, b) => a - b).join(' ')
}

async function askInstance<Input>(
  surroundings: Surroundings<Input>,
  predictor: ReturnType<typeof toPredictor<Input>>,
  control: Control,
  began: number,
): Promise<Float64Array> {
  const whole = createBitMatrix(1, surroundings.features.length)
  fillBitRow(whole, 0)
  const inquiry = new Inquiry(predictor, 'classification', 1, control, began)
  await inquiry.ask(surroundings.switched(whole, { exact: true }))
  return inquiry.matrix.data.slice()
}

function warningsFor(
  { features }: Rule,
  reached: boolean,
  samples: number,
  { threshold, maxSamples, batchSize }: Settings,
): Warning[] {
  const percent = `${Math.round(1000 * threshold) / 10} %`
  if (reached && features.length === 0) {
    return [
      {
        code: 'empty-anchor',
        message: `The model gives this class to at least ${percent} of all perturbations: no condition is needed, and none explains it.`,
      },
    ]
  }
  if (reached) return []
  const spent = maxSamples - samples < batchSize
  return [
    {
      code: 'no-anchor',
      message: `No rule reaches the precision ${percent}${spent ? ` within ${maxSamples} samples` : ''}: the best one found is given.`,
    },
  ]
}

function classNamesOf(names: readonly string[] | undefined, count: number): readonly string[] {
  if (names === undefined) return Array.from({ length: count }, (_, j) => String(j))
  if (names.length === count) return names
  throw new OptionError({
    where: `${NAME}, options.classNames`,
    got: `${names.length} names`,
    expected: `${count}, one for each output column`,
    remedy: 'Name every output column, or leave classNames out.',
  })
}

function regressionError(): OptionError {
  return new OptionError({
    where: `${NAME}, model`,
    got: 'a model that predicts values',
    expected: 'a classifier: a rule anchors a class',
    remedy: 'Turn values into classes, such as [value <= limit, value > limit].',
  })
}

function settingsOf(options: AnchorOptions): Settings {
  checkOptions(`${NAME}, options`, options, [
    ...Object.keys(DEFAULTS),
    ...['classNames', 'randomState', 'signal', 'onProgress', 'onWarning'],
  ])
  const settings = { ...DEFAULTS }
  for (const key of Object.keys(DEFAULTS) as (keyof Settings)[]) {
    if (options[key] !== undefined) (settings as { [name: string]: unknown })[key] = options[key]
  }
  const where = (option: string) => `${NAME}, options.${option}`
  checkShare(where('threshold'), settings.threshold, (value) => value > 0 && value <= 1)
  checkShare(where('delta'), settings.delta, (value) => value > 0 && value < 1)
  checkShare(where('tau'), settings.tau, (value) => value > 0 && value <= 1)
  checkShare(where('epsilonStop'), settings.epsilonStop, (value) => value >= 0 && value < 1)
  checkWhole(where('beamSize'), settings.beamSize, 1)
  checkWhole(where('batchSize'), settings.batchSize, 1)
  checkWhole(where('maxSamples'), settings.maxSamples, 1)
  if (options.maxAnchorSize !== undefined) {
    checkWhole(where('maxAnchorSize'), options.maxAnchorSize, 1)
  }
  return settings
}

function checkShare(where: string, value: unknown, inside: (value: number) => boolean): void {
  if (typeof value === 'number' && inside(value)) return
  throw new OptionError({
    where,
    got: String(value),
    expected: 'a number between 0 and 1',
    remedy: 'Leave it out for the default.',
  })
}
