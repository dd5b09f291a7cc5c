/**
 * Explanations of single rows of a table (Ribeiro et al. 2016; Python LIME's `LimeTabularExplainer`).
 *
 * 1. The constructor learns the attributes of the training data (`fitted-table.ts`) and lets the data go.
 * 2. `explain` draws a neighbourhood (`bin-neighbourhood.ts` where numbers are discretised, `value-neighbourhood.ts`
 *    where not, `sparse-row.ts` for sparse rows) and hands it to the pipeline.
 *
 * With a numeric seed the draws are the same for every instance and are kept from call to call.
 *
 * On purpose different from Python LIME (`compatibility: 'python'` follows it): the predicted class is explained by
 * default, bin names have as many digits as tell bins apart, a bin without width gives its value to the model.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import type { Explanation, InstanceData } from '../contract/explanation.ts'
import type { TableRow, Value } from '../contract/instance.ts'
import { checkChoice, checkOptions } from '../contract/nearest.ts'
import type { Model } from '../contract/predictor.ts'
import type {
  Domain,
  Neighbourhood,
  Surroundings,
  SurroundRequest,
} from '../explain/neighbourhood.ts'
import { explainNeighbourhood } from '../explain/pipeline.ts'
import {
  checkAbsent,
  EXPLAIN_OPTIONS,
  EXPLAINER_OPTIONS,
  MOST_SAMPLES,
  resolveSettings,
  Streams,
} from '../explain/settings.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'
import type { DistanceFunction } from '../math/distance-metrics.ts'
import { RandomState } from '../math/random-state.ts'
import { type BinSamples, binNeighbourhood, drawBinSamples } from './bin-neighbourhood.ts'
import type { TrainingRows } from './conditional-rows.ts'
import { distributionsOf } from './distribution.ts'
import { SAMPLING_METHODS, type SamplingMethod } from './draws.ts'
import {
  type FittedTable,
  isSaved,
  learnTable,
  readSaved,
  type SavedTabularExplainer,
  TABULAR_EXPLAINER_SCHEMA,
  type TrainingData,
} from './fitted-table.ts'
import { instanceFeatures, instanceLevels } from './instance-levels.ts'
import { modelRows, type SampleValues } from './model-rows.ts'
import {
  isSparseRow,
  type SparseRow,
  type SparseSurroundings,
  sparseSurroundings,
} from './sparse-row.ts'
import { ownShares, switchedRows, typicalRow } from './switched-rows.ts'
import { cellsOf, isMatrix, isMissing, type TableData } from './table.ts'
import {
  checkTabularOptions,
  describeTabularOptions,
  type TabularExplainerOptions,
  type TabularExplainOptions,
} from './tabular-options.ts'
import { drawValueSamples, type ValueSamples, valueNeighbourhood } from './value-neighbourhood.ts'

/** Draws of at most this many values are kept from call to call. */
const MOST_KEPT = 20_000_000

/** Samples × features that one call may ask for. */
const MOST_VALUES = 500_000_000

const NAME = 'TabularExplainer'

/** Explains rows of one table. */
export class TabularExplainer implements Domain<TableRow | SparseRow, TableRow | SparseRow> {
  readonly domain = 'tabular'
  readonly #options: TabularExplainerOptions
  readonly #table: FittedTable
  readonly #streams: Streams
  /** The rows as they were given, for samples that look like them; not saved. */
  readonly #trainingData: TableData | undefined
  #rows: TrainingRows | undefined
  #columns: ReturnType<typeof columnsData> | undefined
  #kept: { key: string; samples: BinSamples | ValueSamples; after: RandomState } | undefined

  /**
   * @param trainingData rows as arrays, objects, `Float64Array`s or `SparseRow`s, or a `Matrix`, without the target
   *   column; `null` with `trainingDataStats`; or a saved explainer, beside which only the options that every
   *   explainer has may be given: they take the place of the saved ones.
   * @throws OptionError, DataError, ShapeError for options and data that cannot be used.
   */
  constructor(
    trainingData: TrainingData | SavedTabularExplainer,
    options: TabularExplainerOptions = {},
  ) {
    checkTabularOptions(NAME, options)
    if (isSaved(trainingData)) {
      const { table, random, repeats } = readSaved(trainingData)
      checkOptions(`${NAME}, options beside a saved explainer`, options, EXPLAINER_OPTIONS)
      this.#options = { ...trainingData.options, ...options }
      this.#table = table
      this.#streams =
        options.randomState === undefined
          ? new Streams(RandomState.fromJSON(random), repeats)
          : new Streams(options.randomState)
    } else {
      this.#options = options
      this.#streams = new Streams(options.randomState)
      this.#table = learnTable(trainingData, options, this.#streams.start)
      if (trainingData !== null && !this.#table.sparse) {
        this.#trainingData = trainingData as TableData
      }
    }
  }

  /** An explainer as `toJSON` saved it; throws a DataError for anything else. */
  static fromJSON(saved: unknown): TabularExplainer {
    return new TabularExplainer(readSaved(saved))
  }

  /** The explainer as JSON data. Throws an OptionError where an option is a function, and for sparse tables. */
  toJSON(): SavedTabularExplainer {
    const { trainingLabels, trainingDataStats, randomState, ...options } = this.#options
    const custom = Object.entries(options).find(([, value]) => typeof value === 'function')?.[0]
    if (custom !== undefined || this.#table.sparse) {
      throw new OptionError({
        where: `${NAME}.toJSON`,
        got: custom === undefined ? 'sparse training data' : `a function for options.${custom}`,
        expected: 'an explainer made of data alone',
        remedy: 'Make it anew where it is needed.',
      })
    }
    return {
      schema: TABULAR_EXPLAINER_SCHEMA,
      table: this.#table,
      options,
      random: this.#streams.start.toJSON(),
      repeats: this.#streams.repeats,
    }
  }

  /**
   * Explains one row.
   *
   * @param row in the form of the training data, without the target.
   * @param model gets rows in the form of the training data; a bare function's are typed as `row` is.
   * @param options defaults: 10 features, as many samples as the weights need up to 5000; of LIME's draws euclidean
   *   distance, kernel width 0.75 √features.
   * @throws DataError for a row that does not fit the training data, PredictorError and PredictorOutputError for the
   *   model, OptionError for options; rejects with the signal's reason when aborted.
   */
  async explain<Row = TableRow>(
    row: Row | TableRow | SparseRow,
    model: Model<Row>,
    options: TabularExplainOptions = {},
  ): Promise<Explanation> {
    const began = performance.now()
    checkOptions(`${NAME}.explain, options`, options, [
      ...EXPLAIN_OPTIONS,
      'samplingMethod',
      'audit',
    ])
    const { sigma } = this.#options
    const { sparse, attributes } = this.#table
    const samplingMethod = options.samplingMethod ?? 'gaussian'
    checkChoice(`${NAME}.explain, options.samplingMethod`, samplingMethod, SAMPLING_METHODS)
    const settings = resolveSettings(NAME, this.#options, options, {
      kernelWidth: sigma === undefined ? 0.75 * Math.sqrt(sparse?.columns ?? attributes.length) : 1,
      numFeatures: 10,
      numSamples: 5000,
      distanceMetric: sigma === undefined ? 'euclidean' : inSigmas(sigma),
      batchSize: 1000,
    })
    settings.control.signal?.throwIfAborted()
    if (typeof options.audit !== 'boolean') {
      checkAbsent(`${NAME}.explain, options.audit`, options.audit, 'true or false')
    }
    // Whoever says how numbers are drawn means LIME's own draws.
    const { sampling } = settings
    const lime = sampling === 'auto' && options.samplingMethod !== undefined
    const request = {
      name: NAME,
      domain: 'tabular',
      surroundings: this.#around(row as TableRow, {}, samplingMethod) as Surroundings<unknown>,
      model: model as Model<unknown>,
      settings: lime ? { ...settings, sampling: 'lime' as const } : settings,
      began,
    } as const
    if (options.audit !== true) return explainNeighbourhood(request)
    const training = this.#trainingRows(`${NAME}.explain, options.audit`)
    const { explainAudited } = await import('./audit.ts')
    return explainAudited(request, this.#table, training)
  }

  /** A sample of the training rows; throws where the explainer does not have them. */
  #trainingRows(where: string): (random: RandomState) => Promise<TrainingRows> {
    const { attributes, names } = this.#table
    const data = this.#trainingData
    return async (random) => {
      const { noTrainingRows, readTrainingRows } = await import('./conditional-rows.ts')
      if (data === undefined || attributes.length === 0) throw noTrainingRows(where)
      this.#rows ??= isMatrix(data)
        ? readTrainingRows(
            attributes,
            data.rows,
            (i) => Array.from(data.data.subarray(i * data.cols, (i + 1) * data.cols)),
            random,
          )
        : readTrainingRows(
            attributes,
            data.length,
            (i) => cellsOf(data[i] as TableRow, names, `${NAME}, training data, row ${i}`),
            random,
          )
      return this.#rows
    }
  }

  /** One row amid its perturbations, without a model; sampling is `gaussian`. Throws as `explain` does. */
  surround(
    row: TableRow | SparseRow,
    request: SurroundRequest = {},
  ): Surroundings<TableRow | SparseRow> {
    return this.#around(row, request, 'gaussian')
  }

  #around(
    row: TableRow | SparseRow,
    { random }: SurroundRequest,
    samplingMethod: SamplingMethod,
  ): Surroundings<TableRow | SparseRow> {
    const around = this.#table.sparse
      ? this.#aroundSparse(row, samplingMethod, random)
      : this.#aroundDense(row as TableRow, samplingMethod, random)
    const options = {
      samplingMethod,
      ...describeTabularOptions(this.#options, this.#table.discretised),
    }
    return Object.assign(around, {
      options,
      warnings: [],
    }) as Surroundings<unknown> as Surroundings<TableRow | SparseRow>
  }

  #aroundDense(row: TableRow, method: SamplingMethod, random: RandomState | undefined): Around {
    const { names, form, attributes, order, discretised } = this.#table
    const { compatibility, sampleAroundInstance, sigma } = this.#options
    const python = compatibility === 'python'
    const where = `${NAME}.explain, row`
    const cells = cellsOf(row, names, where)
    const levels = instanceLevels(attributes, cells, python, where)
    const draws = new Draws(this.#streams, random)
    const drawn = <Samples extends BinSamples | ValueSamples>(
      n: number,
      draw: (random: RandomState) => Samples,
    ): Samples => this.#keep(`${n} ${method}`, draws, draw)
    const inputs = (samples: SampleValues) => (rows: Int32Array) =>
      modelRows(rows, attributes, samples, form, names, cells)
    const draw = discretised
      ? (n: number) => {
          const samples = drawn(n, (stream) =>
            drawBinSamples(attributes, n, method, python, stream),
          )
          const { interpretable, codes } = binNeighbourhood(attributes, samples, levels)
          return { interpretable, codes, shared: samples, inputs: inputs(samples) }
        }
      : (n: number) => {
          const values = drawn(n, (stream) =>
            drawValueSamples(attributes, order, n, method, stream),
          )
          const { interpretable, samples, own } = valueNeighbourhood(
            attributes,
            values,
            cells,
            levels,
            {
              around: sampleAroundInstance === true || sigma !== undefined,
              sigma: sigma === undefined ? null : perAttribute(sigma, attributes.length),
            },
          )
          return { interpretable, shared: own ? undefined : values, inputs: inputs(samples) }
        }
    const backgroundOf = (other: TableRow) => {
      const place = `${NAME}.explain, options.background`
      const others =
        form === 'object' && Array.isArray(other)
          ? (other as readonly Value[])
          : cellsOf(other, names, place)
      return { cells: others, levels: instanceLevels(attributes, others, python, place) }
    }
    const conditional = async (masks: BitMatrix): Promise<Neighbourhood<TableRow>> => {
      const { conditionalRows } = await import('./conditional-rows.ts')
      const training = await this.#trainingRows(`${NAME}.explain, options.sampling`)(draws.random)
      const numbers = Float64Array.from(attributes, ({ columns }) => {
        const value = cells[columns[0]!]
        return typeof value === 'number' ? value : Number.NaN
      })
      const own = { numbers, levels }
      const samples = conditionalRows(attributes, training, own, masks, draws.random)
      return {
        interpretable: masks,
        inputs: (rows) => modelRows(rows, attributes, samples, form, names),
      }
    }
    return {
      instance: this.#instanceData(cells),
      conditional,
      typical: typicalRow(attributes, names.length),
      features: instanceFeatures(attributes, cells, levels),
      get law() {
        if (!discretised) return undefined
        return { kind: 'independent' as const, on: ownShares(attributes, levels) }
      },
      fixed: false,
      checkSize: (n) => checkSize(n, attributes.length),
      get random() {
        return draws.random
      },
      draw,
      switched: (masks, { exact = false, random, background } = {}) => {
        const { samples, ...rest } = switchedRows(
          attributes,
          cells,
          levels,
          masks,
          exact,
          random ?? draws.random,
          background === undefined ? undefined : backgroundOf(background as TableRow),
        )
        return { ...rest, inputs: (rows) => modelRows(rows, attributes, samples, form, names) }
      },
    }
  }

  #aroundSparse(row: unknown, method: SamplingMethod, random: RandomState | undefined): Around {
    if (!isSparseRow(row)) {
      throw new DataError({
        where: `${NAME}.explain, row`,
        got: 'a dense row',
        expected: 'a sparse row { indices, values }, as in the training data',
        remedy: 'Give the nonzero values and their columns.',
      })
    }
    const { names, sparse } = this.#table
    const { sampleAroundInstance, compatibility } = this.#options
    const stream = random ?? this.#streams.next()
    const around = sparseSurroundings(
      row,
      sparse!,
      (column) => names[column] ?? String(column),
      { method, around: sampleAroundInstance === true, python: compatibility === 'python' },
      stream,
    )
    const { features } = around
    const values = features.map(({ part }) => (part.kind === 'tabular' ? part.value : null))
    return {
      ...around,
      random: stream,
      instance: { kind: 'tabular', columns: features.map(({ name }) => name), values },
      checkSize: (n) => checkSize(n, features.length),
    }
  }

  /** New draws, or the kept ones of an earlier call that began with the same seed. */
  #keep<Samples extends BinSamples | ValueSamples>(
    key: string,
    draws: Draws,
    draw: (random: RandomState) => Samples,
  ): Samples {
    if (draws.untouched && this.#kept?.key === key) {
      draws.continueFrom(this.#kept.after)
      return this.#kept.samples as Samples
    }
    const { untouched } = draws
    const samples = draw(draws.random)
    const size = samples.n * this.#table.attributes.length
    if (untouched && this.#streams.repeats && size <= MOST_KEPT) {
      this.#kept = { key, samples, after: draws.random.clone() }
    }
    return samples
  }

  #instanceData(cells: readonly Value[]): InstanceData {
    const values = cells.map((cell) => (isMissing(cell) ? null : cell))
    this.#columns ??= columnsData(this.#table)
    return { kind: 'tabular', columns: this.#table.names, values, ...this.#columns }
  }
}

/** What explanations say of the columns, the same for all instances. */
function columnsData({ names, attributes }: FittedTable) {
  const quantiles = new Array<readonly number[] | null>(names.length).fill(null)
  for (const attribute of attributes) {
    if (attribute.kind === 'numeric') quantiles[attribute.columns[0]] = attribute.quantiles
  }
  const distributions = distributionsOf(attributes, names.length)
  return { quantiles, ...(distributions !== undefined && { distributions }) }
}

/** What depends on the kind of rows. */
type Around = Omit<Surroundings<TableRow>, 'options' | 'warnings'> | SparseSurroundings

/** The stream of one call; `untouched` while it stands where every call of the explainer begins. It is made when it is drawn from. */
class Draws {
  untouched: boolean
  #make: () => RandomState
  #random: RandomState | undefined

  constructor(streams: Streams, given: RandomState | undefined) {
    this.#make = () => given ?? streams.next()
    this.untouched = given === undefined
  }

  get random(): RandomState {
    this.untouched = false
    this.#random ??= this.#make()
    return this.#random
  }

  /** Goes on from a copy of another stream. */
  continueFrom(other: RandomState): void {
    this.untouched = false
    this.#make = () => other.clone()
  }
}

/** Euclidean distance in units of sigma. */
function inSigmas(sigma: number | readonly number[]): DistanceFunction {
  const of = typeof sigma === 'number' ? () => sigma : (j: number) => sigma[j]!
  return (row, instance) => {
    let sum = 0
    for (let j = 0; j < row.length; j++) sum += ((row[j]! - instance[j]!) / of(j)) ** 2
    return Math.sqrt(sum)
  }
}

function perAttribute(sigma: number | readonly number[], d: number): Float64Array {
  return typeof sigma === 'number' ? new Float64Array(d).fill(sigma) : Float64Array.from(sigma)
}

function checkSize(n: number, d: number): void {
  if (n * d <= MOST_VALUES) return
  throw new OptionError({
    where: `${NAME}.explain, options.numSamples`,
    got: `${n} samples of ${d} features`,
    expected: `at most ${Math.floor(Math.min(MOST_SAMPLES, MOST_VALUES / d))} samples for so many features`,
    remedy: 'A few thousand samples are usually enough.',
  })
}
