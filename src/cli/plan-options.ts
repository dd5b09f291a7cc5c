/**
 * From flags to the plan of a batch, for each kind of instance: `batch` and `worker --stdio` share it.
 *
 * The model is opened once, to learn what it says of itself, and closed; workers open it again.
 */
import type { Command } from 'commander'
import type { InputOptions } from '../batch/batch-input.ts'
import { modelHash } from '../batch/model-hash.ts'
import { fromMatrix } from '../batch/open-explainer.ts'
import { BATCH_PROTOCOL, type BatchKind, type BatchPlan } from '../batch/plan.ts'
import { sampleTable } from '../batch/sample-table.ts'
import { OptionError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { OpenedModel } from '../models/open.ts'
import { TabularExplainer } from '../tabular/index.ts'
import { addBackgroundOption, type BackgroundFlags, backgroundRows } from './background-rows.ts'
import type { CommandContext } from './context.ts'
import {
  addExplainOptions,
  type ExplainFlags,
  explainCallOptions,
  given,
} from './explain-options.ts'
import { addImageOptions, type ImageFlags, imageChoices, imageLayout } from './image-options.ts'
import {
  addModelOptions,
  type ModelFlags,
  plannedModelOptions,
  withModel,
} from './model-options.ts'
import { choice, listValue, wholeValue } from './option-values.ts'
import type { ProgressLine } from './progress-line.ts'
import { addSeriesOptions, type SeriesChoices, seriesExplainerOptions } from './series-options.ts'
import {
  addTableOptions,
  explainerOptions,
  outputNames,
  readTrainingTable,
  setUpTable,
  type TableFlags,
  tableReading,
} from './table-options.ts'
import { addTextOptions, type TextChoices, textExplainerOptions } from './text-options.ts'

/** What the flags give; those of one kind are for its planner to know. */
export interface PlanFlags extends ModelFlags, ExplainFlags {
  readonly id?: string
  readonly draws: 'shared' | 'own'
  readonly topColumns: number
  readonly jsonLines?: boolean
}

type TabularPlanFlags = PlanFlags &
  TableFlags &
  BackgroundFlags & { readonly data?: string; readonly samplingMethod?: 'gaussian' | 'lhs' }
type TextPlanFlags = PlanFlags & TextChoices & { readonly textColumn?: readonly string[] }
type ImagePlanFlags = PlanFlags & ImageFlags
type SeriesPlanFlags = PlanFlags & SeriesChoices & { readonly valuesColumn?: string }

/** A plan, and how its instances are read. */
export interface PlannedBatch {
  readonly plan: BatchPlan
  readonly reading: Omit<InputOptions, 'path'>
  /** What the user should know, such as where statistics came from. */
  readonly notes: readonly string[]
}

type Planned = Pick<BatchPlan, 'explainer' | 'call' | 'outputNames' | 'rows'> & {
  readonly reading: Partial<InputOptions>
  readonly notes?: readonly string[]
}

/** Adds the flags of one kind to a command. */
export function addPlanOptions(command: Command, kind: BatchKind): Command {
  command.optionsGroup('The model:')
  addModelOptions(command)
  if (kind === 'tabular') {
    command
      .optionsGroup('The data:')
      .option(
        '-d, --data <file>',
        'the training data (default: the first 20,000 rows of the input)',
      )
    addTableOptions(command).addOption(
      choice('--sampling-method <method>', 'how samples are drawn', ['gaussian', 'lhs']),
    )
  }
  if (kind === 'text') {
    command
      .optionsGroup('The texts:')
      .option(
        '--text-column <columns>',
        'the column of texts, or several fields (default: text)',
        listValue,
      )
    addTextOptions(command)
  }
  if (kind === 'image') addImageOptions(command)
  if (kind === 'series') {
    command
      .optionsGroup('The series:')
      .option(
        '--values-column <column>',
        'the column of values in .jsonl and .parquet (default: values)',
      )
    addSeriesOptions(command)
  }
  if (kind !== 'image') command.option('--id <column>', 'the column that names the instances')
  command.optionsGroup('The explanation:')
  addExplainOptions(
    command,
    {
      tabular: { ...FEW, sampling: 'lime' as const },
      text: FEW,
      image: { numFeatures: 100_000, numSamples: 1000 },
      series: { numFeatures: 1000, numSamples: 1000 },
    }[kind],
  )
  if (kind === 'tabular') addBackgroundOption(command)
  return command
    .addOption(
      choice(
        '--draws <whose>',
        'samples drawn once for all instances, or anew for each by its index',
        ['shared', 'own'],
      ).default('shared'),
    )
    .option('--top-columns <k>', 'so many features in columns of their own', wholeValue, 10)
    .option('--json-lines', 'write whole explanations beside the Parquet files, as JSON lines')
}

const FEW = { numFeatures: 10, numSamples: 5000 }

/** Makes the plan. `input`: the path of the instances, whose first rows may stand in for training data. Throws as the explainers and readers do. */
export async function planBatch(
  kind: BatchKind,
  flags: PlanFlags,
  input: string | undefined,
  context: CommandContext,
  progress: ProgressLine,
): Promise<PlannedBatch> {
  if (flags.keepNeighbourhood === true && flags.jsonLines !== true && input !== undefined) {
    throw new OptionError({
      where: '--keep-neighbourhood',
      got: 'the flag without --json-lines',
      expected: 'a result that holds samples',
      remedy: 'Add --json-lines: Parquet files hold weights only.',
    })
  }
  const image = kind === 'image' ? imageLayout(flags as ImagePlanFlags) : undefined
  const hash = await modelHash(flags.model, flags.preprocessing)
  return withModel(
    flags,
    context,
    progress,
    async (model) => {
      const planned = await PLANNERS[kind](flags, model, input)
      const options = plannedModelOptions(flags, image)
      const plan: BatchPlan = {
        protocol: BATCH_PROTOCOL,
        kind,
        model: {
          name: flags.model,
          hash,
          // One thread a model: workers share the cores among them, and sums do not depend on their number.
          options: { ...options, onnx: { ...options.onnx, threads: 1, worker: false } },
        },
        explainer: planned.explainer,
        call: planned.call,
        seed: flags.seed,
        draws: flags.draws,
        outputNames: planned.outputNames,
        rows: planned.rows,
        maxPixels: kind === 'image' ? (flags as ImagePlanFlags).maxPixels : null,
        columns: Math.max(0, Math.min(flags.topColumns, flags.numFeatures ?? flags.topColumns)),
        jsonLines: flags.jsonLines === true,
      }
      return {
        // What is undefined does not travel.
        plan: JSON.parse(JSON.stringify(plan)) as BatchPlan,
        reading: {
          kind,
          id: flags.id,
          records: tableReading(flags as TabularPlanFlags),
          ...planned.reading,
        },
        notes: planned.notes ?? [],
      }
    },
    image,
  )
}

type Planner<Flags> = (
  flags: Flags,
  model: OpenedModel,
  input: string | undefined,
) => Promise<Planned>

const planTabular: Planner<TabularPlanFlags> = async (flags, model, input) => {
  const { data = input } = flags
  if (data === undefined) {
    throw new OptionError({
      where: '--data',
      got: 'no training data',
      expected: 'the data that the model was trained on',
      remedy: 'Add --data train.csv: it tells which values are usual.',
    })
  }
  const sampled = flags.data === undefined
  const table = sampled
    ? await sampleTable(data, tableReading(flags))
    : await readTrainingTable(data, flags)
  const { features, target, classNames, rows, options } = setUpTable(table, model, flags, data)
  const task = flags.mode ?? model.task ?? 'classification'
  const names = classNames ?? (task === 'regression' ? ['prediction'] : undefined)
  const explainer = new TabularExplainer(features.rows, { ...options, ...explainerOptions(flags) })
  const background = await backgroundRows(flags, features)
  const notes = sampled
    ? [
        `without --data, the first ${table.rows.length} rows of the input tell which values are usual`,
      ]
    : []
  return {
    explainer: { ...explainer.toJSON() },
    call: {
      ...callOf(flags, classNames),
      ...sharedSampling(flags),
      ...given({ samplingMethod: flags.samplingMethod, background }),
    },
    outputNames: (names && outputNames(task, names, table, target)) ?? null,
    rows,
    reading: { columns: features.columnNames, types: features.types },
    notes,
  }
}

/**
 * Without another wish LIME's own draws: they do not depend on the row, so that all rows of a batch share them, and the
 * model's answers to them. A design would be drawn and asked about for each row.
 */
function sharedSampling({ sampling, numSamples, method, tolerance, maxSamples }: PlanFlags) {
  const adaptive = numSamples === 'auto' || tolerance !== undefined || maxSamples !== undefined
  if (sampling !== undefined || method === 'shap' || adaptive) return {}
  return { sampling: 'lime' as const, numSamples: numSamples ?? FEW.numSamples }
}

const planText: Planner<TextPlanFlags> = async (flags, model) => ({
  explainer: { ...textExplainerOptions(flags) },
  call: {
    ...callOf(flags, model.classNames),
    ...given({ spans: flags.spans, spanUnits: flags.spanUnits }),
  },
  outputNames: null,
  rows: null,
  reading: { textColumns: flags.textColumn },
})

const planImage: Planner<ImagePlanFlags> = async (flags, model) => ({
  explainer: given({
    mode: flags.mode,
    kernelWidth: flags.kernelWidth,
    featureSelection: flags.featureSelection,
    compatibility: flags.compatibility,
  }),
  call: { ...callOf(flags, model.classNames), ...imageChoices(flags) },
  outputNames: null,
  rows: null,
  reading: {},
})

const planSeries: Planner<SeriesPlanFlags> = async (flags, model) => {
  const { trainingData, background, ...rest } = await seriesExplainerOptions(
    flags,
    undefined,
    undefined,
  )
  // Read from files, they are matrices.
  const matrices = trainingData as readonly Matrix[] | undefined
  return {
    explainer: given({
      ...rest,
      trainingData: matrices?.map(fromMatrix),
      background: background === undefined ? undefined : fromMatrix(background as Matrix),
    }),
    call: callOf(flags, flags.classNames ?? model.classNames),
    outputNames: null,
    rows: null,
    reading: {
      valuesColumn: flags.valuesColumn,
      labels: flags.labels,
      layout: flags.layout,
      channels: flags.channels,
    },
  }
}

const PLANNERS = {
  tabular: planTabular,
  text: planText,
  image: planImage,
  series: planSeries,
} as { readonly [kind in BatchKind]: Planner<PlanFlags> }

function callOf(flags: PlanFlags, classNames: readonly string[] | undefined) {
  return explainCallOptions(flags, classNames, {})
}
