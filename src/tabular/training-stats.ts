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
    const refuse = (field: keyof TrainingDataStats, got: string, expected: string): never => {
      throw new OptionError({
        where: `TabularExplainer, options.trainingDataStats.${field}, column ${name}`,
        got,
        expected,
        remedy: 'Give every statistic for every column, by its name or index.',
      })
    }
    const read = <T>(field: keyof TrainingDataStats, length?: number): readonly T[] => {
      const record = stats[field] as ByColumn<readonly T[]> | undefined
      const found = record?.[name] ?? record?.[c]
      if (Array.isArray(found) && found.length > 0 && (length ?? found.length) === found.length) {
        return found
      }
      const wanted = length === undefined ? 'a list of values' : `a list of ${length} values`
      return refuse(field, Array.isArray(found) ? `${found.length} values` : 'nothing', wanted)
    }
    const readNumbers = (
      field: keyof TrainingDataStats,
      length: number,
      sound: (value: number, k: number, all: readonly number[]) => boolean,
      expected: string,
    ): readonly number[] => {
      const values = read<number>(field, length)
      const bad = values.findIndex(
        (value, k) => !(Number.isFinite(value) && sound(value, k, values)),
      )
      return bad < 0 ? values : refuse(field, `${values[bad]} at place ${bad}`, expected)
    }
    const any = () => true
    const levels = read<Value>('featureValues')
    const counts = readNumbers(
      'featureFrequencies',
      levels.length,
      (x) => x >= 0,
      'counts or shares, none below 0',
    )
    const sum = counts.reduce((total, count) => total + count, 0)
    if (sum === 0) refuse('featureFrequencies', 'zeros only', 'at least one above 0')
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
    readNumbers('bins', cuts.length, (x, k, all) => k === 0 || x > all[k - 1]!, 'ascending numbers')
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
        means: readNumbers('means', count, any, 'finite numbers'),
        stds: readNumbers('stds', count, (x) => x > 0, 'numbers above 0'),
        mins: readNumbers('mins', count, any, 'finite numbers'),
        maxs: readNumbers('maxs', count, any, 'finite numbers'),
        levels: readNumbers(
          'featureValues',
          levels.length,
          (x) => Number.isInteger(x) && x >= 0 && x <= count,
          `bin numbers from 0 to ${count - 1}, or ${count} for missing values`,
        ),
        frequencies,
      },
    }
  })
}
