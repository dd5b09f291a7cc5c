/**
 * Evaluates methods of explaining side by side, over many instances.
 *
 * For each instance, everything common to all methods is made once:
 * 1. the label that is explained: the predicted class, or the first output of a regression;
 * 2. a held-out neighbourhood drawn in LIME's own way, with the model's answers and the kernel's weights;
 * 3. random subsets that are switched off, with the model's answers;
 * 4. instances nearby, where the caller can make some.
 * Then each method explains with several seeds. Of its first explanation every measure is taken (`fidelity.ts`,
 * `curves.ts`, `complexity.ts`, `localisation.ts`), of all of them their agreement, of those for instances nearby
 * max-sensitivity (`stability.ts`). A random explanation of the same size is the floor.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import type { DomainName, ExplanationData } from '../contract/explanation.ts'
import { type Model, type Task, toPredictor } from '../contract/predictor.ts'
import type { Control } from '../contract/progress.ts'
import type { Domain, Surroundings } from '../explain/neighbourhood.ts'
import { checkWhole } from '../explain/settings.ts'
import { createBitMatrix, fillBitRow } from '../math/bit-matrix.ts'
import { distancesToFirst } from '../math/distance.ts'
import type { DistanceMetric } from '../math/distance-metrics.ts'
import { exponentialKernel } from '../math/kernel.ts'
import { derive, type RandomState } from '../math/random-state.ts'
import { type AskRequest, askOutputs, askSamples, askSwitches } from './ask-switches.ts'
import { type Attribution, attributionOf } from './attribution.ts'
import { entropyComplexity, giniSparseness } from './complexity.ts'
import { removalCurves, removalMasks } from './curves.ts'
import { faithfulnessCorrelation, infidelity, localFidelity, subsetMasks } from './fidelity.ts'
import { type Coverage, localisation } from './localisation.ts'
import { randomAttribution } from './random-explanation.ts'
import { maxSensitivity, type StabilityRun, stabilityOf } from './stability.ts'

/** A way to explain an instance's label. All methods must have the same features. */
export interface Method<Instance> {
  readonly name: string
  readonly explain: (
    instance: Instance,
    label: number,
    seed: number,
  ) => Promise<ExplanationData> | ExplanationData
}

/** What is evaluated. */
export interface EvaluationRequest<Instance, Input> extends Control {
  /** Makes the perturbations that all methods are measured on. */
  readonly explainer: Domain<Instance, Input>
  readonly model: Model<Input>
  readonly instances: readonly Instance[]
  readonly methods: readonly Method<Instance>[]
  /** Default: what the model says of itself, else classification. */
  readonly task?: Task | undefined
  /** Features that rankings are compared on, K ≥ 1; default 10. */
  readonly numFeatures?: number
  /** Explanations of each instance by each method, ≥ 1; default 5. */
  readonly seeds?: number
  /** Samples of the held-out neighbourhood, ≥ 2; default 1000. */
  readonly numSamples?: number
  /** Random subsets for infidelity and faithfulness, ≥ 2; default 200. */
  readonly subsets?: number
  /** How often each row of switches is asked where switching off is random; default 1. */
  readonly repeats?: number
  readonly batchSize?: number
  /** Seed of all that is drawn here; default 0. */
  readonly randomState?: number
  /** Kernel of the held-out neighbourhood: √exp(−(scale · distance)² / width²). */
  readonly kernel: {
    readonly metric: DistanceMetric
    readonly scale?: number
    readonly width: (features: number) => number
  }
  /** Makes an instance near another one, for max-sensitivity; it must keep its features. */
  readonly nearby?: ((instance: Instance, random: RandomState) => Instance) | undefined
  /** Instances nearby; default 5. */
  readonly numNearby?: number
  /** How the features lie on the object, for localisation; undefined for instances without a mask. */
  readonly coverage?:
    | ((explanation: ExplanationData, index: number) => Coverage | undefined)
    | undefined
}

/** Names of the measures, in the order of tables. */
export const MEASURES = [
  'fitR2',
  'heldOutR2',
  'infidelity',
  'scaledInfidelity',
  'faithfulness',
  'deletion',
  'insertion',
  'lerf',
  'abpc',
  'sparseness',
  'complexity',
  'vsi',
  'csi',
  'jaccard',
  'signFlips',
  'spearman',
  'maxSensitivity',
  'objectShare',
  'backgroundShare',
  'expectedShare',
  'concentration',
  'pointingGame',
  'effectiveSampleSize',
  'modelCalls',
] as const
export type MeasureName = (typeof MEASURES)[number]

/** A measure over the instances. */
export interface MeasureSummary {
  readonly mean: number
  /** Of the mean; null for one instance. */
  readonly standardError: number | null
  /** Instances where it could be taken. */
  readonly count: number
}

/** One method's measures; those that could be taken nowhere are absent. */
export interface MethodEvaluation {
  readonly name: string
  readonly measures: { readonly [Name in MeasureName]?: MeasureSummary }
  /** One object an instance, in their order. */
  readonly instances: readonly { readonly [Name in MeasureName]?: number }[]
}

/** Name and version of the form. */
export const EVALUATION_SCHEMA = 'sodalime/evaluation@1'

/** Methods side by side: plain JSON data. */
export interface Evaluation {
  readonly schema: typeof EVALUATION_SCHEMA
  readonly domain: DomainName
  readonly instances: number
  /** Instances over whose neighbourhood the model does not change: they have no measures. */
  readonly withoutEffect: number
  readonly options: { readonly [name: string]: number }
  readonly methods: readonly MethodEvaluation[]
}

const DEFAULTS = { numFeatures: 10, seeds: 5, numSamples: 1000, subsets: 200, repeats: 1 }
const RANDOM = 'random'

/** A method's measures of one instance. */
type Measured = { [Name in MeasureName]?: number }

/**
 * Evaluates the methods. Throws an OptionError for options, what the explainer throws for instances, and what models
 * throw; rejects with the signal's reason when aborted.
 */
export async function evaluateMethods<Instance, Input>(
  request: EvaluationRequest<Instance, Input>,
): Promise<Evaluation> {
  const options = checked(request)
  const { instances, methods, explainer, randomState = 0 } = request
  const found = new Map<string, Measured[]>()
  for (const { name } of [...methods, { name: RANDOM }]) found.set(name, [])
  const began = performance.now()
  let withoutEffect = 0
  for (let index = 0; index < instances.length; index++) {
    const measured = await evaluateInstance(request, options, index, derive(randomState, index))
    if (measured === undefined) withoutEffect++
    for (const [name, all] of found) all.push(measured?.get(name) ?? {})
    request.onProgress?.({
      stage: 'predicting',
      done: index + 1,
      total: instances.length,
      seconds: (performance.now() - began) / 1000,
    })
  }
  return {
    schema: EVALUATION_SCHEMA,
    domain: explainer.domain,
    instances: instances.length,
    withoutEffect,
    options: { ...options, randomState },
    methods: Array.from(found, ([name, all]) => ({
      name,
      measures: Object.fromEntries(
        MEASURES.flatMap((measure) => {
          const summary = summarise(all.map((one) => one[measure]))
          return summary === undefined ? [] : [[measure, summary]]
        }),
      ),
      instances: all.map(finiteOnly),
    })),
  }
}

async function evaluateInstance<Instance, Input>(
  request: EvaluationRequest<Instance, Input>,
  options: typeof DEFAULTS,
  index: number,
  random: RandomState,
): Promise<Map<string, Measured> | undefined> {
  const { methods, kernel, coverage, nearby, signal } = request
  const instance = request.instances[index]!
  const { numFeatures, seeds, numSamples, subsets, repeats } = options
  const around = await request.explainer.surround(instance, { random })
  const d = around.features.length
  const ask = await questions(request, around)
  const whole = ask.prediction

  const heldOut = await around.draw(numSamples, signal === undefined ? {} : { signal })
  const answers = await askSamples(heldOut, ask)
  const least = answers.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY)
  const most = answers.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY)
  if (most - least <= 1e-12 * Math.max(Math.abs(least), Math.abs(most))) return undefined
  const distances = distancesToFirst(heldOut.interpretable, kernel.metric)
  const weights = exponentialKernel(
    distances.map((distance) => distance * (kernel.scale ?? 1)),
    kernel.width(d),
  )
  const masks = subsetMasks(subsets, d, Math.max(1, Math.round(d / 5)), random)
  const subsetAnswers = await askSwitches(around, masks, repeats, ask)

  const measure = async (attribution: Attribution): Promise<Measured> => {
    const own = attribution.weights
    const errors = infidelity(own, masks, subsetAnswers, whole)
    const curves = removalCurves(await askSwitches(around, removalMasks(own), repeats, ask))
    return {
      heldOutR2: localFidelity(attribution, heldOut.interpretable, answers, weights),
      infidelity: errors.infidelity,
      scaledInfidelity: errors.scaled,
      faithfulness: faithfulnessCorrelation(own, masks, subsetAnswers, whole),
      deletion: curves.deletionArea,
      insertion: curves.insertionArea,
      lerf: curves.lerfArea,
      abpc: curves.abpc,
      sparseness: giniSparseness(own),
      complexity: entropyComplexity(own),
    }
  }
  const localise = (own: Float64Array, covered: Coverage | undefined): Measured => {
    if (covered === undefined) return {}
    const { object, background, expected, concentration, pointing } = localisation(own, covered)
    return {
      objectShare: object,
      backgroundShare: background,
      expectedShare: expected,
      concentration,
      pointingGame: pointing,
    }
  }
  const agree = (runs: readonly StabilityRun[]): Measured => {
    if (runs.length < 2) return {}
    return { ...stabilityOf(runs, Math.min(numFeatures, d)) }
  }

  const neighbours =
    nearby === undefined
      ? []
      : Array.from({ length: request.numNearby ?? 5 }, () => nearby(instance, random))
  const measured = new Map<string, Measured>()
  let size = 0
  let covered: Coverage | undefined
  for (const { name, explain } of methods) {
    const runs: StabilityRun[] = []
    let first: ExplanationData | undefined
    for (let seed = 0; seed < seeds; seed++) {
      signal?.throwIfAborted()
      const explanation = await explain(instance, ask.label, seed)
      checkFeatures(name, explanation, d)
      first ??= explanation
      runs.push(stabilityRun(explanation, ask.label))
    }
    const attribution = attributionOf(first!, ask.label)
    const sensitivities: Float64Array[] = []
    for (const near of neighbours) {
      const other = await explain(near, ask.label, 0)
      checkFeatures(name, other, d)
      sensitivities.push(attributionOf(other, ask.label).weights)
    }
    covered ??= coverage?.(first!, index)
    size ||= attribution.weights.reduce((sum, weight) => sum + Math.abs(weight), 0)
    const { diagnostics, labels } = first!
    measured.set(name, {
      fitR2: labels.find(({ label }) => label === ask.label)!.score,
      ...(await measure(attribution)),
      ...agree(runs),
      ...(nearby !== undefined && {
        maxSensitivity: maxSensitivity(attribution.weights, sensitivities),
      }),
      ...localise(attribution.weights, covered),
      effectiveSampleSize: diagnostics.effectiveSampleSize,
      modelCalls: diagnostics.modelCalls,
    })
  }
  const guesses = Array.from({ length: Math.max(1, seeds) }, () =>
    randomAttribution(d, numFeatures, size, whole, random),
  )
  measured.set(RANDOM, {
    ...(await measure(guesses[0]!)),
    ...agree(guesses),
    ...localise(guesses[0]!.weights, covered),
    modelCalls: 0,
  })
  return measured
}

/** How the model is asked about one instance, and what it says of the instance itself. */
async function questions<Instance, Input>(
  { model, task, batchSize = 500, signal }: EvaluationRequest<Instance, Input>,
  around: Surroundings<Input>,
): Promise<AskRequest<Input> & { readonly prediction: number }> {
  const predictor = toPredictor(model)
  const chosen = task ?? predictor.task ?? 'classification'
  const control = signal === undefined ? {} : { signal }
  const request = { predictor, task: chosen, batchSize, control }
  const whole = createBitMatrix(1, around.features.length)
  fillBitRow(whole, 0)
  const { data, cols } = await askOutputs(around.switched(whole, { exact: true }), request)
  let label = 0
  if (chosen === 'classification') {
    for (let j = 1; j < cols; j++) if (data[j]! >= data[label]!) label = j
  }
  return { ...request, label, prediction: data[label]! }
}

/** Without what could not be taken: JSON knows no NaN. */
function finiteOnly(measured: Measured): Measured {
  return Object.fromEntries(Object.entries(measured).filter(([, value]) => Number.isFinite(value)))
}

function stabilityRun(explanation: ExplanationData, label: number): StabilityRun {
  const { weights } = attributionOf(explanation, label)
  const found = explanation.labels.find((one) => one.label === label)!
  const intervals = new Array<readonly [number, number] | undefined>(weights.length)
  for (const { feature, interval } of found.weights) intervals[feature] = interval
  return { weights, intervals }
}

function checkFeatures(method: string, explanation: ExplanationData, d: number): void {
  if (explanation.features.length === d) return
  throw new DataError({
    where: `evaluateMethods, method ${method}`,
    got: `${explanation.features.length} features`,
    expected: `${d}, as the explainer that the methods are measured with`,
    remedy: 'Methods can be compared only on the same features: the same bins, words or segments.',
  })
}

function checked<Instance, Input>(
  request: EvaluationRequest<Instance, Input>,
): { readonly [Name in keyof typeof DEFAULTS]: number } {
  const names = request.methods.map(({ name }) => name)
  const twice = names.find((name, at) => name === RANDOM || names.indexOf(name) !== at)
  if (twice !== undefined || names.length === 0) {
    throw new OptionError({
      where: 'evaluateMethods, methods',
      got: twice === undefined ? 'none' : `two methods ${JSON.stringify(twice)}`,
      expected: 'at least one method, each with a name of its own',
      remedy: 'The random explanation is added by itself, as random.',
    })
  }
  if (request.instances.length === 0) {
    throw new DataError({
      where: 'evaluateMethods, instances',
      got: 'none',
      expected: 'at least one instance',
      remedy: 'Give the instances to explain.',
    })
  }
  const least = { numFeatures: 1, seeds: 1, numSamples: 2, subsets: 2, repeats: 1 }
  return Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, value]) => {
      const key = name as keyof typeof DEFAULTS
      const given = request[key] ?? value
      checkWhole(`evaluateMethods, options.${key}`, given, least[key])
      return [key, given]
    }),
  ) as typeof DEFAULTS
}

/** Mean and standard error of the values that are there and finite; undefined where there are none. */
function summarise(values: readonly (number | undefined)[]): MeasureSummary | undefined {
  const known = values.filter((value): value is number => Number.isFinite(value))
  const count = known.length
  if (count === 0) return undefined
  const mean = known.reduce((sum, value) => sum + value, 0) / count
  const square = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, standardError: count > 1 ? Math.sqrt(square / (count - 1) / count) : null, count }
}
