/**
 * The pipeline: from an instance amid its perturbations and a model to an explanation.
 *
 * 1. Draw samples (`samplers/sampler.ts`; row 0 is the instance) and ask the model about them (`ask-model.ts`), batch by
 *    batch.
 * 2. Fit and diagnose (`build-explanation.ts`). With `numSamples: 'auto'` draw more and fit again, all samples kept, until
 *    the largest standard error is below `tolerance` times the range of the weights: then the ranks are told apart, or
 *    are closer than that and called tied (Covert and Lee 2021, section 4.3).
 * 3. On request, do step 2 in between as well, on the samples answered so far: an explanation that gets better while the
 *    model works. Where the model fails, or the caller aborts, the last of these goes with the error.
 *
 * It never knows which kind of instance it serves.
 */
import { OptionError, PredictorOutputError } from '../contract/errors.ts'
import { type DomainName, Explanation, type ExplanationData } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import { type Model, type Predictor, type Task, toPredictor } from '../contract/predictor.ts'
import { type DesignMatrix, firstRows, selectRows } from '../math/bit-matrix.ts'
import { Inquiry } from './ask-model.ts'
import {
  type AnsweredSamples,
  type BuiltExplanation,
  buildExplanation,
} from './build-explanation.ts'
import { looseWarning } from './diagnose.ts'
import { resolveLabels, topLabels } from './labels.ts'
import type { Cells, Neighbourhood, Surroundings } from './neighbourhood.ts'
import { partialReports, withPartial } from './partial-reports.ts'
import { chooseSampler, type Sampler } from './samplers/sampler.ts'
import type { Settings } from './settings.ts'
import { stackNeighbourhoods } from './stack-neighbourhoods.ts'

/** What a domain hands over. */
export interface ExplainRequest<Input, Result extends Explanation = Explanation> {
  /** The explainer's name, for messages. */
  readonly name: string
  readonly domain: DomainName
  readonly surroundings: Surroundings<Input>
  readonly model: Model<Input>
  readonly settings: Settings
  /** When the call began: `performance.now()`. */
  readonly began: number
  /** Makes the domain's own kind of explanation of the data. */
  readonly finish?: (data: ExplanationData) => Result
}

/** The share of samples that a model may leave without a finite answer. */
const MOST_DROPPED = 0.05

/** Runs the pipeline. */
export async function explainNeighbourhood<Input, Result extends Explanation = Explanation>(
  request: ExplainRequest<Input, Result>,
): Promise<Result> {
  const { name, settings, surroundings, began } = request
  const { control, tolerance } = settings
  const predictor = toPredictor(request.model)
  checkPredictor(predictor, name)
  const task = settings.mode ?? predictor.task ?? 'classification'
  const finish = request.finish ?? ((data) => new Explanation(data) as Result)
  const inquiry = new Inquiry(predictor, task, settings.batchSize, control, began)
  surroundings.checkSize(settings.maxSamples)
  const sampler = await chooseSampler(name, surroundings, settings)
  const adaptive = settings.numSamples === 'auto'
  let samples: Neighbourhood<Input> | undefined
  let outputs: OutputColumns | undefined

  const explainSoFar = (keepNeighbourhood: boolean): BuiltExplanation => {
    outputs ??= chooseOutputs(inquiry, task, settings, predictor, name)
    return buildExplanation({
      ...answeredRows(samples!, inquiry, sampler),
      ...outputs,
      name,
      domain: request.domain,
      surroundings,
      settings: { ...settings, keepNeighbourhood },
      task,
      again: inquiry.again,
      dropped: inquiry.unanswerable.length,
      calls: inquiry.calls,
      batches: inquiry.batches,
      modelSeconds: inquiry.seconds,
      began,
    })
  }
  const partly = partialReports(inquiry, began, () => finish(explainSoFar(false).data), settings)
  let built: BuiltExplanation | undefined
  try {
    let wanted = adaptive ? Math.min(sampler.first, settings.maxSamples) : settings.maxSamples
    while (built === undefined) {
      const had = samples?.interpretable.rows ?? 0
      const block = await sampler.next(wanted - had)
      samples = samples === undefined ? block : stackNeighbourhoods([samples, block])
      const again = had === 0 && asksAgain(settings, sampler.name)
      await inquiry.ask(samples, { again, onAnswered: partly.report })
      refuseGaps(inquiry, settings)
      const n = inquiry.answered
      const last = !adaptive || n >= settings.maxSamples || typeof sampler.weighting === 'object'
      if (last) {
        const seconds = (performance.now() - began) / 1000
        control.onProgress?.({ stage: 'fitting', done: n, total: n, seconds })
      }
      const now = explainSoFar(settings.keepNeighbourhood)
      if (last || now.looseness <= tolerance) built = now
      wanted = Math.min(settings.maxSamples, Math.ceil(n * growth(now.looseness / tolerance)))
    }
  } catch (error) {
    throw withPartial(error, partly)
  }
  const { data, looseness } = built
  const loose = adaptive ? looseWarning(looseness, tolerance) : undefined
  const warnings = [...data.diagnostics.warnings, ...(loose ? [loose] : [])]
  for (const warning of warnings) control.onWarning?.(warning)
  return finish({ ...data, diagnostics: { ...data.diagnostics, warnings } })
}

/** How much larger the next sample should be: errors fall with the root of their number. */
function growth(excess: number): number {
  return Number.isFinite(excess) ? Math.min(MOST_GROWTH, Math.max(LEAST_GROWTH, excess ** 2)) : 2
}

const [LEAST_GROWTH, MOST_GROWTH] = [1.2, 3]

/**
 * Whether the instance is asked about twice, to tell a model with noise of its own. Of a given number of LIME's own samples
 * only if that is less than one call in a thousand.
 */
function asksAgain({ python, numSamples }: Settings, sampling: string): boolean {
  return !python && (numSamples === 'auto' || sampling !== 'lime' || numSamples > MANY)
}

const MANY = 1000

/** The samples answered so far, without those that have no finite answer, nor their complements. */
function answeredRows<Input>(
  { interpretable: X, cells }: Neighbourhood<Input>,
  { matrix, unanswerable }: Inquiry<Input>,
  sampler: Sampler<Input>,
): Pick<AnsweredSamples, 'X' | 'cells' | 'outputs' | 'sampler'> {
  const { paired, weighting, solve } = sampler
  // Half a pair counts for nothing before the other half is answered.
  const rows = paired && matrix.rows % 2 === 0 ? matrix.rows - 1 : matrix.rows
  if (unanswerable.length === 0 && typeof weighting === 'string') {
    return {
      X: firstRows(X, rows),
      cells,
      outputs: firstRows(matrix, rows) as Matrix,
      sampler: { ...sampler, solve: undefined },
    }
  }
  const out = new Set<number>()
  for (const i of unanswerable) {
    out.add(i)
    if (paired) out.add(i % 2 === 1 ? i + 1 : i - 1)
  }
  const kept = Int32Array.from({ length: rows }, (_, i) => i).filter((i) => !out.has(i))
  const cut = (whole: DesignMatrix) =>
    out.size === 0 ? firstRows(whole, rows) : selectRows(whole, kept)
  return {
    X: cut(X),
    cells: cells && out.size > 0 ? cellsOf(cells, kept) : cells,
    outputs: cut(matrix) as Matrix,
    sampler: {
      ...sampler,
      weighting:
        typeof weighting === 'string' ? weighting : Float64Array.from(kept, (i) => weighting[i]!),
      solve: solve && ((y) => solve(y, kept)),
    },
  }
}

/** Throws the model's first bad answer where there are too many of them. */
function refuseGaps<Input>(
  { complaint, unanswerable, answered }: Inquiry<Input>,
  settings: Settings,
): void {
  if (complaint === undefined) return
  if (settings.python || unanswerable.length > MOST_DROPPED * answered) throw complaint
}

function checkPredictor<Input>(predictor: Predictor<Input>, name: string): void {
  if (typeof predictor?.predict === 'function') return
  throw new OptionError({
    where: `${name}.explain, model`,
    got: predictor === null ? 'null' : `a value of type ${typeof predictor}`,
    expected: 'a function of a batch, or a predictor with the method predict',
    remedy: 'Give (rows) => outputs, or what a loader such as loadOnnx returns.',
  })
}

/** Names of the output columns, and which of them are explained. */
interface OutputColumns {
  readonly classNames: readonly string[]
  readonly chosen: readonly number[]
}

function chooseOutputs<Input>(
  { outputs, cols }: Inquiry<Input>,
  task: Task,
  settings: Settings,
  predictor: Predictor<Input>,
  name: string,
): OutputColumns {
  const classNames = nameOutputs(cols, task, settings, predictor)
  const prediction = Array.from(outputs.subarray(0, cols))
  return { classNames, chosen: chooseLabels(prediction, task, classNames, settings, name) }
}

/** A name for each output column; given names must be as many as the columns. */
function nameOutputs<Input>(
  cols: number,
  task: Task,
  settings: Settings,
  predictor: Predictor<Input>,
): readonly string[] {
  if (task === 'regression' && settings.python) return ['negative', 'positive']
  const names = settings.classNames ?? predictor.classNames
  if (names === undefined) {
    return Array.from({ length: cols }, (_, j) =>
      task === 'regression' && cols === 1 ? 'prediction' : String(j),
    )
  }
  if (names.length === cols) return names
  throw new PredictorOutputError({
    where: 'model, output columns',
    got: `${cols} columns`,
    expected: `${names.length}, one for each of classNames (${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''})`,
    remedy: 'Name every output column, or leave classNames out.',
  })
}

function chooseLabels(
  prediction: number[],
  task: Task,
  classNames: readonly string[],
  settings: Settings,
  name: string,
): number[] {
  if (task === 'regression' && settings.python) return [0]
  if (settings.topLabels !== undefined) return topLabels(prediction, settings.topLabels)
  const labels = settings.labels ?? (settings.python ? [1] : undefined)
  if (labels !== undefined)
    return resolveLabels(labels, classNames, `${name}.explain, options.labels`)
  return task === 'regression' ? Array.from(prediction.keys()) : topLabels(prediction, 1)
}

/** The cells of the samples named. */
function cellsOf(cells: Cells, rows: Int32Array): Cells {
  const d = cells.counts.length
  const codes = new Uint16Array(rows.length * d)
  const within = new Float32Array(rows.length * d)
  for (let k = 0; k < rows.length; k++) {
    const from = rows[k]! * d
    codes.set(cells.codes.subarray(from, from + d), k * d)
    within.set(cells.within.subarray(from, from + d), k * d)
  }
  return { ...cells, codes, within }
}
