/**
 * The weights of all explanations of a batch, as flat arrays: some ten numbers for each explanation, whatever else its rows
 * hold.
 */
import { shardsAmong } from './manifest.ts'
import { readShardRows } from './read-shards.ts'
import type { ResultStore } from './result-store.ts'

/** Explanations, one for each instance and label, by their weights. */
export interface WeightTable {
  /** Names of the columns that features speak of, and of the outputs. */
  readonly columns: readonly string[]
  readonly labels: readonly string[]
  /** Weights of explanation e: `offsets[e] … offsets[e + 1] − 1`. */
  readonly offsets: readonly number[]
  /** For each weight the place of its column in `columns`. */
  readonly column: readonly number[]
  /** For each weight the number of its feature (`age > 37`), told apart by name, from 0 to `features` − 1. */
  readonly feature: readonly number[]
  readonly features: number
  readonly weight: readonly number[]
  /** For each explanation. */
  readonly label: readonly number[]
  readonly instance: readonly number[]
  readonly id: readonly string[]
  /** Weighted R²: on samples that the surrogate did not see, where there were enough. */
  readonly fit: readonly number[]
  /** Whether the model's answer was the same for all samples, so that nothing was fitted. */
  readonly constant: readonly boolean[]
  readonly instances: number
  readonly failed: number
  /** Codes of the warnings, with their numbers of explanations. */
  readonly warnings: ReadonlyMap<string, number>
}

const COLUMNS = [
  'index',
  'id',
  'label_name',
  'score',
  'held_out_score',
  'weights',
  'warnings',
  'error_code',
] as const

/** Reads the results in a store. */
export async function readWeights(store: ResultStore): Promise<WeightTable> {
  const shards = shardsAmong(await store.list())
  const columns = new Map<string, number>()
  const labels = new Map<string, number>()
  const place = (map: Map<string, number>, name: string): number => {
    const known = map.get(name)
    if (known !== undefined) return known
    map.set(name, map.size)
    return map.size - 1
  }
  const warnings = new Map<string, number>()
  const offsets = [0]
  const features = new Map<string, number>()
  const column: number[] = []
  const feature: number[] = []
  const weight: number[] = []
  const label: number[] = []
  const instance: number[] = []
  const id: string[] = []
  const fit: number[] = []
  const constant: boolean[] = []
  let instances = 0
  let failed = 0
  let last = -1
  for await (const rows of readShardRows(store, shards, COLUMNS)) {
    for (const row of rows) {
      const [index, name, labelName, score, heldOut, list, codes, error] = row as [
        number,
        string,
        string | null,
        number | null,
        number | null,
        (
          | readonly {
              readonly feature: string
              readonly column: string
              readonly weight: number
            }[]
          | null
          | undefined
        ),
        string | null,
        string | null,
      ]
      if (index !== last) instances++
      last = index
      if (typeof error === 'string') {
        failed++
        continue
      }
      for (const one of list ?? []) {
        column.push(place(columns, one.column))
        feature.push(place(features, one.feature))
        weight.push(one.weight)
      }
      offsets.push(weight.length)
      label.push(place(labels, labelName ?? ''))
      instance.push(index)
      id.push(name)
      fit.push(heldOut ?? score ?? 0)
      const said = (codes ?? '').split(' ').filter((code) => code !== '')
      constant.push(said.includes('no-local-effect'))
      for (const code of said) warnings.set(code, (warnings.get(code) ?? 0) + 1)
    }
  }
  return {
    columns: [...columns.keys()],
    labels: [...labels.keys()],
    offsets,
    column,
    feature,
    features: features.size,
    weight,
    label,
    instance,
    id,
    fit,
    constant,
    instances,
    failed,
    warnings,
  }
}
