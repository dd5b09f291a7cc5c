/**
 * The explainer of a plan with its model, loaded once and kept for all instances.
 *
 * 1. Open the model; the one that a plan of a queue speaks of is opened at the worker's own path.
 * 2. Make the explainer; for tables from its saved form, so that nobody needs the training data again.
 * 3. Explain one instance after the other. With `draws: 'own'` the explainer's stream is set to that of the instance
 *    before each; explain calls draw before anything else can (one runs at a time).
 */
import { join } from 'node:path'
import { Explanation, type ExplanationData } from '../contract/explanation.ts'
import type { RasterImage, TableRow, Value } from '../contract/instance.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Predictor } from '../contract/predictor.ts'
import { readImage } from '../data/images.ts'
import { ImageExplainer } from '../image/index.ts'
import { derive, RandomState } from '../math/random-state.ts'
import { type OpenedModel, type OpenOptions, openModel } from '../models/open.ts'
import { SeriesExplainer } from '../series/index.ts'
import { TabularExplainer } from '../tabular/index.ts'
import { TextExplainer } from '../text/index.ts'
import { encodedPredict } from './encoded-rows.ts'
import type { BatchPlan, Instance } from './plan.ts'

/** Where things are on this machine. */
export interface Surroundings {
  /** The model as given to `openModel`. */
  readonly model: string
  /** Secrets and times of the connection to a model, which are no part of the plan. */
  readonly connection: OpenOptions
  /** The folder that holds the pictures. */
  readonly inputRoot: string
}

/** A plan that can be carried out. */
export interface OpenedExplainer {
  /** Explains one instance; a call at a time. */
  readonly explain: (instance: Instance, index: number) => Promise<Explanation>
  readonly close: () => Promise<void>
}

type TextFields = { readonly [field: string]: string }

type ExplainOne = (instance: Instance) => Promise<Explanation>

/** Opens model and explainer. Throws as `openModel` and the explainers do. */
export async function openExplainer(
  plan: BatchPlan,
  surroundings: Surroundings,
): Promise<OpenedExplainer> {
  const model = await openModel(
    surroundings.model,
    joined(plan.model.options, surroundings.connection),
  )
  try {
    const stream = plan.draws === 'own' ? new RandomState(plan.seed) : undefined
    const explainOne = explainerFor(plan, model, stream ?? plan.seed, surroundings.inputRoot)
    return {
      explain: async (instance, index) => {
        stream?.setState(derive(plan.seed, index))
        return named(await explainOne(instance), plan.outputNames)
      },
      close: () => model.close(),
    }
  } catch (error) {
    await model.close()
    throw error
  }
}

function explainerFor(
  plan: BatchPlan,
  model: OpenedModel,
  randomState: number | RandomState,
  inputRoot: string,
): ExplainOne {
  const { call } = plan
  const options = { ...plan.explainer, randomState }
  switch (plan.kind) {
    case 'tabular': {
      // The saved stream stands where the constructor left it, as in a single call of explain.
      const saved = TabularExplainer.fromJSON(plan.explainer).toJSON()
      const explainer = new TabularExplainer(
        saved,
        typeof randomState === 'number' ? {} : { randomState },
      )
      const { classNames } = saved.options
      const predictor: Predictor<TableRow> = {
        ...model,
        predict: encodedPredict(model.predict, plan.rows!),
        // A batch is of one model from start to end, a server's too.
        immutable: true,
        ...(classNames !== undefined && { classNames }),
      }
      return (row) => explainer.explain(row as readonly Value[], predictor, call)
    }
    case 'text': {
      const explainer = new TextExplainer(options)
      return (text) =>
        typeof text === 'string'
          ? explainer.explain(text, model, call)
          : explainer.explain(text as TextFields, model as Predictor<TextFields>, call)
    }
    case 'image': {
      const explainer = new ImageExplainer(options)
      const limit = plan.maxPixels === null ? {} : { maxPixels: plan.maxPixels }
      return async (path) => {
        const image = await readImage(join(inputRoot, path as string), limit)
        return explainer.explain(image, model as Predictor<RasterImage>, call)
      }
    }
    case 'series': {
      const explainer = new SeriesExplainer(seriesOptions(options))
      return (values) => explainer.explain(toMatrix(values as SeriesValues), model, call)
    }
  }
}

type SeriesValues = readonly (readonly (number | null)[])[]

/** (steps, channels); null, which stands for NaN in JSON, is NaN again. */
export function toMatrix(values: SeriesValues): Matrix {
  const cols = values[0]?.length ?? 0
  const data = new Float64Array(values.length * cols)
  values.forEach((step, t) => {
    for (let c = 0; c < cols; c++) data[t * cols + c] = step[c] ?? Number.NaN
  })
  return { data, rows: values.length, cols }
}

/** (steps, channels) as JSON holds it. */
export function fromMatrix({ data, rows, cols }: Matrix): (number | null)[][] {
  return Array.from({ length: rows }, (_, t) =>
    Array.from(data.subarray(t * cols, (t + 1) * cols), (value) =>
      Number.isFinite(value) ? value : null,
    ),
  )
}

function seriesOptions(options: { readonly [option: string]: unknown }) {
  const { trainingData, background } = options
  return {
    ...options,
    ...(Array.isArray(trainingData) && { trainingData: trainingData.map(toMatrix) }),
    ...(Array.isArray(background) && { background: toMatrix(background) }),
  }
}

/** The explanation with other names for its outputs, where they are as many. */
export function named(explanation: Explanation, names: readonly string[] | null): Explanation {
  if (names === null || names.length !== explanation.classNames.length) return explanation
  const data: ExplanationData = {
    ...explanation,
    classNames: names,
    labels: explanation.labels.map((label) => ({ ...label, name: names[label.label]! })),
  }
  return new Explanation(data)
}

/** The plan's options with the connection's beside them. */
export function joined(planned: OpenOptions, connection: OpenOptions): OpenOptions {
  return {
    ...planned,
    onnx: { ...planned.onnx, ...connection.onnx },
    server: { ...planned.server, ...connection.server },
    process: { ...planned.process, ...connection.process },
    ...(connection.preprocessing !== undefined && { preprocessing: connection.preprocessing }),
  }
}
