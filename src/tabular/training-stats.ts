/**
 * Statistics in place of training data (`trainingDataStats`, as in Python LIME): for who may not hand the data over.
 *
 * Each record is keyed by column name or index. A column with `bins` is numeric; all others are categorical and take
 * their levels from `featureValues`.
 */
import { OptionError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import type { Attribute } from './attribute.ts'
import { binNames, pythonBounds, tellingBounds } from './bin-names.ts'
import { type FitOptions, levelName } from './fit-table.ts'

/** A record by column name or index. */
type ByColumn<T> = { readonly [column: string]: T }

/** What is known of the training data. Names as in Python LIME, in camelCase. */
export interface TrainingDataStats {
  /** Cuts between the bins of each numeric column, ascending. */
  readonly bins: ByColumn<readonly number[]>
  /** For each bin (one more than cuts): mean, standard deviation and bounds of the values in it. */
  readonly means: ByColumn<readonly number[]>
  readonly stds: ByColumn<readonly number[]>
  readonly mins: ByColumn<readonly number[]>
  readonly maxs: ByColumn<readonly number[]>
  /** Levels that occur: bin numbers of numeric columns, values of categorical ones. */
  readonly featureValues: ByColumn<readonly Value[]>
  /** How often each of `featureValues` occurs: counts or shares. */
  readonly featureFrequencies: ByColumn<readonly number[]>
}

/** The attributes that the statistics describe, one for each of `names`. */
export function attributesFromStats(
  stats: TrainingDataStats,
  names: readonly string[],
  options: FitOptions,
): Attribute[] {
  return names.map((name, c): Attribute => {
    const read = <T>(field: keyof TrainingDataStats, length?: number): readonly T[] => {
      const record = stats[field] as ByColumn<readonly T[]> | undefined
      const found = record?.[name] ?? record?.[c]
      if (Array.isArray(found) && found.length > 0 && (length ?? found.length) === found.length) {
        return found
      }
      throw new OptionError({
        where: `TabularExplainer, options.trainingDataStats.${field}, column ${name}`,
        got: Array.isArray(found) ? `${found.length} values` : 'nothing',
        expected: length === undefined ? 'a list of values' : `a list of ${length} values`,
        remedy: 'Give every statistic for every column, by its name or index.',
      })
    }
    const levels = read<Value>('featureValues')
    const counts = read<number>('featureFrequencies', levels.length)
    const sum = counts.reduce((total, count) => total + count, 0)
    const frequencies = counts.map((count) => count / sum)
    const cuts = stats.bins?.[name] ?? stats.bins?.[c]
    if (cuts === undefined) {
      const categories = options.categoricalNames?.[c] ?? options.categoricalNames?.[name]
      return {
        kind: 'categorical',
        name,
        columns: [c],
        levels: levels.map((value) => ({ name: levelName(value, categories), values: [value] })),
        frequencies,
        missingAs: 'null',
      }
    }
    const bounds = options.python ? pythonBounds(cuts) : tellingBounds(cuts)
    const count = cuts.length + 1
    return {
      kind: 'numeric',
      name,
      columns: [c],
      mean: 0,
      scale: 1,
      quantiles: null,
      missing: levels.includes(count) ? frequencies[levels.indexOf(count)]! : 0,
      missingAs: 'NaN',
      bins: {
        cuts,
        names: [...binNames(name, bounds), `${name} missing`],
        means: read('means', count),
        stds: read('stds', count),
        mins: read('mins', count),
        maxs: read('maxs', count),
        levels: levels as readonly number[],
        frequencies,
      },
    }
  })
}
