/**
 * A setup made ready: which explainer, which instance, which model, with which options.
 *
 * 1. Tables: the columns that the model takes, the target being the data's or, where the model takes one column fewer than
 *    the table has, the last one. The rest of the table is what the explainer learns from.
 * 2. Explainers are kept, the eight used last, since bins and draws are the same for all rows.
 * 3. Names of classes: the model's; where these are numbers and the data has names for as many, the data's.
 */
import { OptionError } from '../contract/errors.ts'
import { Explanation } from '../contract/explanation.ts'
import type { RasterImage, TableRow } from '../contract/instance.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Predictor } from '../contract/predictor.ts'
import type { Control } from '../contract/progress.ts'
import { columnValues, type Table } from '../data/table.ts'
import { inputsFor } from '../explain/inputs-for.ts'
import type { Domain } from '../explain/neighbourhood.ts'
import type { ExplainOptions } from '../explain/settings.ts'
import { ImageExplainer } from '../image/image-explainer.ts'
import type { OnnxInspection } from '../models/onnx.ts'
import type { OpenedModel } from '../models/open.ts'
import { SeriesExplainer } from '../series/series-explainer.ts'
import { TabularExplainer } from '../tabular/tabular-explainer.ts'
import { TextExplainer } from '../text/text-explainer.ts'
import { explainerOptions, maxPixelsOf } from './explainer-options.ts'
import { pictureOf, seriesOf, tableRow, textOf } from './instances.ts'
import { checkColumnsFit, modelColumns } from './model-columns.ts'
import type { Kind, Setup } from './protocol.ts'
import type { DataContent } from './read-data.ts'

/** A setup that is ready to be explained. */
export interface Prepared {
  readonly explain: (control: PartialControl) => Promise<Explanation>
  /** The model's inputs with some features off, as many as must be averaged over. */
  readonly switched: (off: readonly number[]) => Promise<readonly unknown[]>
}

/** Control of a run that also wants the explanations in between. */
export type PartialControl = Control & Pick<ExplainOptions, 'onPartial'>

/** Draws over which an answer is averaged where what is off is drawn: its standard error is an eighth of one draw's. */
const DRAWS = 64

/** What a setup names. */
export interface Chosen {
  readonly setup: Setup
  readonly model: OpenedModel
  readonly content: DataContent | undefined
  /** The data's name, for messages. */
  readonly dataName: string
}

/** Explainers by what they were made from; the eight used last. */
export class Explainers {
  readonly #kept = new Map<string, object>()

  /** The explainer for `key`, made by `make` where it is not kept. */
  get<Explainer extends object>(key: string, make: () => Explainer): Explainer {
    const kept = (this.#kept.get(key) as Explainer | undefined) ?? make()
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    if (this.#kept.size > 8) this.#kept.delete(this.#kept.keys().next().value!)
    return kept
  }

  /** Forgets all that were made from a model or data set. */
  forget(id: string): void {
    for (const key of this.#kept.keys()) {
      if ((JSON.parse(key) as unknown[]).includes(id)) this.#kept.delete(key)
    }
  }
}

/** Makes a setup ready. Throws what the explainers throw, and an OptionError for data that is of another kind. */
export async function prepare(chosen: Chosen, explainers: Explainers): Promise<Prepared> {
  const { setup, content } = chosen
  if (content !== undefined && content.kind !== setup.kind) {
    throw new OptionError({
      where: 'data',
      got: `${chosen.dataName}, which holds ${NOUNS[content.kind]}`,
      expected: NOUNS[setup.kind],
      remedy: 'Choose other data.',
    })
  }
  const classNames = chosen.model.classNames
  const { constructor: fixed, explain } = explainerOptions(setup.kind, setup.options, classNames)
  const key = JSON.stringify([setup.kind, setup.model, setup.data, fixed])
  switch (setup.kind) {
    case 'tabular':
      return prepareTable(chosen, explainers, key, fixed, explain)
    case 'text': {
      const explainer = explainers.get(key, () => new TextExplainer(fixed))
      const text = textOf(content, setup)
      return {
        explain: (control) => explainer.explain(text, chosen.model, { ...explain, ...control }),
        switched: switchable<string, string>(explainer, text),
      }
    }
    case 'image': {
      const explainer = explainers.get(key, () => new ImageExplainer(fixed))
      const image = await pictureOf(content, setup, maxPixelsOf(setup.options))
      const model = chosen.model as Predictor<RasterImage>
      return {
        explain: async (control) =>
          explainer.explain(image, model, { ...explain, keepPicture: true, ...control }),
        switched: switchable(explainer, image),
      }
    }
    case 'series': {
      const dataset = content?.kind === 'series' ? content.series : undefined
      const names = dataset?.channelNames
      const plain = names?.length === 1 && names[0] === 'channel 0'
      const explainer = explainers.get(
        key,
        () =>
          new SeriesExplainer({
            ...(names !== undefined && !plain && { channelNames: names }),
            ...(dataset?.samplingRate !== undefined && { samplingRate: dataset.samplingRate }),
            ...(NEED_TRAINING.includes(String(setup.options.replacement)) && {
              trainingData: dataset?.instances ?? [],
            }),
            ...fixed,
          }),
      )
      const series = seriesOf(content, setup)
      const model = chosen.model as Predictor<Matrix>
      return {
        explain: async (control) =>
          named(
            await explainer.explain(series, model, { ...explain, ...control }),
            dataset?.classNames,
          ),
        switched: switchable(explainer, series),
      }
    }
  }
}

const NOUNS: { readonly [kind in Kind]: string } = {
  tabular: 'rows of a table',
  text: 'texts',
  image: 'pictures',
  series: 'series',
}

/** Replacements that are learnt from other series. */
const NEED_TRAINING = ['training-mean', 'noise']

function prepareTable(
  chosen: Chosen,
  explainers: Explainers,
  key: string,
  fixed: { readonly [name: string]: unknown },
  explain: object,
): Prepared {
  const { setup, model, content, dataName } = chosen
  if (content?.kind !== 'tabular') {
    throw new OptionError({
      where: 'data',
      got: 'none',
      expected: 'the training data of the model',
      remedy: 'Choose a table: the explanation compares the row with it.',
    })
  }
  const { table } = content
  const target = targetOf(content, model)
  const features = modelColumns(table, model, target, {}, dataName)
  checkColumnsFit(features, model, false)
  const names = namedClasses(model.classNames, table)
  const explainer = explainers.get(
    key,
    () =>
      new TabularExplainer(features.rows, {
        featureNames: features.columnNames,
        ...(names !== undefined && { classNames: names }),
        ...(fixed.discretizer === 'entropy' && {
          trainingLabels: entropyLabels(table, target, dataName),
        }),
        ...fixed,
      }),
  )
  const row = tableRow(features, setup)
  const predictor: Predictor<TableRow> = { ...model, classNames: names }
  return {
    explain: async (control) => {
      const explanation = await explainer.explain(row, predictor, { ...explain, ...control })
      const regression = explanation.task === 'regression' && explanation.classNames.length === 1
      return named(explanation, regression && target !== undefined ? [target] : table.targetNames)
    },
    // Made anew each time, so that the same question has the same draws.
    switched: async (off) => {
      const { features: all } = explainer.surround(row)
      const mask = maskOf(all.length, off)
      const masks = new Array<readonly number[]>(off.length > 0 ? DRAWS : 1).fill(mask)
      return inputsFor(explainer, row as never, masks)
    },
  }
}

/** Asks about one instance again and again: its segments are found once. */
function switchable<Instance, Input>(explainer: Domain<Instance, Input>, instance: Instance) {
  let around: ReturnType<typeof explainer.surround> | undefined
  const once: Domain<Instance, Input> = {
    domain: explainer.domain,
    surround: () => {
      around ??= explainer.surround(instance)
      return around
    },
  }
  return async (off: readonly number[]): Promise<readonly Input[]> => {
    const { features } = await once.surround(instance)
    return inputsFor(once, instance, [maskOf(features.length, off)])
  }
}

function maskOf(d: number, off: readonly number[]): number[] {
  const mask = new Array<number>(d).fill(1)
  for (const feature of off) {
    if (feature >= d) {
      throw new OptionError({
        where: 'off',
        got: `feature ${feature}`,
        expected: `0 to ${d - 1}`,
        remedy: 'Explain the instance again.',
      })
    }
    mask[feature] = 0
  }
  return mask
}

/** The column that the model predicts: the data's own word, else the last one where the model takes one fewer. */
export function targetOf(
  content: DataContent & { readonly kind: 'tabular' },
  model: OpenedModel,
): string | undefined {
  const { table, target } = content
  if (target !== undefined) return target
  const last = table.columnNames.at(-1)
  if (model.inputNames !== undefined) {
    return last !== undefined && model.inputNames.includes(last) ? undefined : last
  }
  const inputs = (model as { readonly inspection?: OnnxInspection }).inspection?.inputs
  const width = inputs?.length === 1 ? inputs[0]!.shape?.[1] : undefined
  return width === table.columnNames.length - 1 ? last : undefined
}

function entropyLabels(table: Table, target: string | undefined, where: string) {
  if (target !== undefined) return columnValues(table, target) as (number | string)[]
  throw new OptionError({
    where: 'options.discretizer',
    got: 'entropy, and no column of classes',
    expected: `the column of ${where} that the model predicts`,
    remedy: 'Take another discretizer, or start the studio with --target.',
  })
}

function namedClasses(classNames: readonly string[] | undefined, { targetNames }: Table) {
  if (targetNames === undefined) return classNames
  return classNames?.map((name) =>
    /^\d+$/.test(name) ? (targetNames[Number(name)] ?? name) : name,
  )
}

/** The explanation with names for what the model left without, where there are as many. */
function named(explanation: Explanation, names: readonly string[] | undefined): Explanation {
  const { classNames, labels } = explanation
  const plain = classNames.every((name, i) => name === String(i) || name === 'prediction')
  if (names === undefined || !plain || names.length !== classNames.length) return explanation
  return new Explanation({
    ...explanation,
    classNames: names,
    labels: labels.map((label) => ({ ...label, name: names[label.label]! })),
  })
}
