/**
 * Can this explanation be fooled? (Slack, Hilgard, Jia, Singh, Lakkaraju 2020, "Fooling LIME and SHAP".)
 *
 * A model that knows perturbed samples from real rows can answer them differently: with harmless rules where it is being
 * explained, with others where it counts.
 *
 * 1. A classifier is trained to tell samples like those of the explanation from training rows: bagged regression trees on
 *    one-hot columns and numbers, judged out of bag. Its area under the ROC curve is ½ where they cannot be told apart.
 * 2. The model is explained again on samples that look like data (`conditional-rows.ts`). The two lists of weights are
 *    compared by the cosine of the angle between them, 1 = alike.
 */
import { type Audit, Explanation, type ExplanationData } from '../contract/explanation.ts'
import type { TableRow } from '../contract/instance.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Warning } from '../contract/progress.ts'
import { type ExplainRequest, explainNeighbourhood } from '../explain/explain-neighbourhood.ts'
import { independentDesign } from '../explain/samplers/independent-design.ts'
import type { RandomState } from '../math/random-state.ts'
import { fitRegressionTree, predictTree } from '../math/regression-tree.ts'
import type { Attribute } from './attribute.ts'
import { readTrainingRows, type TrainingRows } from './conditional-rows.ts'
import type { FittedTable } from './fitted-table.ts'
import { cellsOf } from './table.ts'

const TREES = 40
const DEPTH = 8
const LEAF = 5
/** From this AUC on a model could well tell samples from data. */
const TOLD_APART = 0.75
/** Below this cosine the two explanations disagree. */
const ALIKE = 0.5
/** Levels of a category that have a column of their own. */
const MOST_LEVELS = 20

/** Explains, explains again on samples that look like the data, and compares. */
export async function explainAudited(
  request: ExplainRequest<unknown>,
  { attributes, names }: FittedTable,
  trainingRows: (random: RandomState) => Promise<TrainingRows>,
): Promise<Explanation> {
  const { settings, surroundings } = request
  const { random } = surroundings
  const training = await trainingRows(random)
  const found = await explainNeighbourhood(request)
  const { onPartial: _, ...quiet } = settings
  const numSamples = Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, found.diagnostics.samples))
  const onManifold = await explainNeighbourhood({
    ...request,
    settings: {
      ...quiet,
      onPartial: undefined,
      method: 'lime',
      sampling: 'conditional',
      numSamples,
      maxSamples: numSamples,
      labels: found.labels.map(({ label }) => label),
      topLabels: undefined,
      numFeatures: attributes.length,
      fitAsked: false,
    },
  })
  const rows = await samplesLike(found, request, numSamples)
  const samples = readTrainingRows(
    attributes,
    rows.length,
    (i) => cellsOf(rows[i]!, names, 'audit'),
    random,
  )
  const auc = domainAuc(attributes, samples, training, random)
  const { audit, warnings } = judge(auc, found, onManifold)
  for (const warning of warnings) settings.control.onWarning?.(warning)
  const { diagnostics } = found
  return new Explanation({
    ...found,
    diagnostics: {
      ...diagnostics,
      modelCalls: diagnostics.modelCalls + onManifold.diagnostics.modelCalls,
      batches: diagnostics.batches + onManifold.diagnostics.batches,
      modelSeconds: (diagnostics.modelSeconds ?? 0) + (onManifold.diagnostics.modelSeconds ?? 0),
      seconds: (performance.now() - request.began) / 1000,
      audit,
      warnings: [...diagnostics.warnings, ...warnings],
    },
  })
}

const LEAST_SAMPLES = 200
const MOST_SAMPLES = 1000

/** Model inputs drawn as those of the explanation were. */
async function samplesLike(
  { options }: ExplanationData,
  { surroundings }: ExplainRequest<unknown>,
  n: number,
): Promise<readonly TableRow[]> {
  const rows = Int32Array.from({ length: n - 1 }, (_, i) => i + 1)
  const even = new Float64Array(surroundings.features.length).fill(0.5)
  const masks = () => independentDesign(even, surroundings.random)(n)
  const drawn =
    options.sampling === 'lime'
      ? await surroundings.draw(n)
      : options.sampling === 'conditional'
        ? await surroundings.conditional!(masks())
        : surroundings.switched(
            masks(),
            options.method === 'shap' ? { exact: true, background: surroundings.typical } : {},
          )
  return drawn.inputs(rows) as readonly TableRow[]
}

/** Area under the ROC curve of a classifier of samples against training rows, out of bag, 0.5 to 1 up to chance. */
export function domainAuc(
  attributes: readonly Attribute[],
  samples: TrainingRows,
  training: TrainingRows,
  random: RandomState,
): number {
  const fake = encode(attributes, samples)
  const real = encode(attributes, training)
  const n = Math.min(fake.rows, real.rows)
  const { cols } = fake
  const data = new Float64Array(2 * n * cols)
  data.set(fake.data.subarray(0, n * cols))
  data.set(real.data.subarray(0, n * cols), n * cols)
  const X: Matrix = { data, rows: 2 * n, cols }
  const y = Float64Array.from({ length: 2 * n }, (_, i) => (i < n ? 1 : 0))
  const votes = new Float64Array(2 * n)
  const counts = new Float64Array(2 * n)
  const width = Math.max(1, Math.min(cols, Math.ceil(2 * Math.sqrt(cols))))
  for (let t = 0; t < TREES; t++) {
    const weights = new Float64Array(2 * n)
    for (let i = 0; i < 2 * n; i++) weights[random.randint(0, 2 * n)]! += 1
    const columns = random.choiceWithoutReplacement(cols, width)
    const bag: number[] = []
    for (let i = 0; i < 2 * n; i++) if (weights[i]! > 0) bag.push(i)
    const { root } = fitRegressionTree(
      cut(X, bag, columns),
      Float64Array.from(bag, (i) => y[i]!),
      Float64Array.from(bag, (i) => weights[i]!),
      { maxDepth: DEPTH, minSamplesLeaf: LEAF },
    )
    const out = [...weights.keys()].filter((i) => weights[i] === 0)
    predictTree(root, cut(X, out, columns)).forEach((vote, k) => {
      votes[out[k]!]! += vote
      counts[out[k]!]!++
    })
  }
  return areaUnderCurve(
    votes.map((sum, i) => (counts[i]! > 0 ? sum / counts[i]! : 0.5)),
    y,
  )
}

/** What the two explanations and the AUC say. */
export function judge(
  auc: number,
  found: ExplanationData,
  onManifold: ExplanationData,
): { readonly audit: Audit; readonly warnings: Warning[] } {
  const agreement = cosineOf(found, onManifold)
  const warnings: Warning[] = []
  if (auc >= TOLD_APART) {
    warnings.push({
      code: 'samples-unlike-data',
      message: `A classifier tells the perturbed samples from real rows (AUC ${auc.toFixed(2)}): a model could answer them differently on purpose. Compare with sampling: 'conditional'.`,
    })
  }
  if (agreement < ALIKE) {
    const top = onManifold.labels[0]?.weights[0]
    const name = top === undefined ? 'nothing' : onManifold.features[top.feature]!.name
    warnings.push({
      code: 'explanations-disagree',
      message: `On samples that look like the data the model goes by other features, ${name} first (agreement ${agreement.toFixed(2)}): it treats perturbed samples differently, and this explanation may not show what it does with real ones.`,
    })
  }
  return { audit: { auc, agreement }, warnings }
}

/** Cosine of the angle between the weights of the first label; 1 where both are 0, 0 where one is. */
function cosineOf(a: ExplanationData, b: ExplanationData): number {
  const vector = ({ labels, features }: ExplanationData) => {
    const weights = new Float64Array(features.length)
    for (const { feature, weight } of labels[0]!.weights) weights[feature] = weight
    return weights
  }
  const x = vector(a)
  const y = vector(b)
  let [xx, yy, xy] = [0, 0, 0]
  x.forEach((value, j) => {
    xx += value ** 2
    yy += y[j]! ** 2
    xy += value * y[j]!
  })
  if (xx === 0 || yy === 0) return xx === yy ? 1 : 0
  return xy / Math.sqrt(xx * yy)
}

/** Numbers as they are (missing: far below), categories as one-hot columns. */
function encode(attributes: readonly Attribute[], { numbers, levels }: TrainingRows): Matrix {
  const widths = attributes.map((one) =>
    one.kind === 'numeric' ? 1 : Math.min(MOST_LEVELS, one.levels.length),
  )
  const rows = levels.length
  const cols = widths.reduce((sum, width) => sum + width, 0)
  const data = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    let at = i * cols
    attributes.forEach((attribute, j) => {
      const level = levels[i]![j]!
      if (attribute.kind === 'numeric') {
        const value = numbers.data[i * numbers.cols + j]!
        data[at] = Number.isNaN(value) ? attribute.mean - 1e6 * attribute.scale : value
      } else if (level >= 0 && level < widths[j]!) data[at + level] = 1
      at += widths[j]!
    })
  }
  return { data, rows, cols }
}

function cut({ data, cols }: Matrix, rows: readonly number[], columns: ArrayLike<number>): Matrix {
  const made = new Float64Array(rows.length * columns.length)
  let at = 0
  for (const i of rows)
    for (let k = 0; k < columns.length; k++) made[at++] = data[i * cols + columns[k]!]!
  return { data: made, rows: rows.length, cols: columns.length }
}

/** The chance that a random member of class 1 scores above one of class 0, ties counting half. */
function areaUnderCurve(scores: Float64Array, y: Float64Array): number {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!)
  let ranks = 0
  let ones = 0
  for (let k = 0; k < order.length; ) {
    let end = k
    while (end < order.length && scores[order[end]!] === scores[order[k]!]) end++
    for (let m = k; m < end; m++) {
      if (y[order[m]!] !== 1) continue
      ranks += (k + 1 + end) / 2
      ones++
    }
    k = end
  }
  const zeros = order.length - ones
  return (ranks - (ones * (ones + 1)) / 2) / (ones * zeros)
}
