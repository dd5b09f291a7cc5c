/**
 * What all explanations of a batch say together (`sodalime/summary@1`).
 *
 * 1. Importance of a column: mean |weight| over all explanations; for each output its mean weight with its sign, over the
 *    explanations of that output, and how often it speaks for and against. A column that an explanation leaves out counts
 *    as 0 there.
 * 2. Pick: the instances whose features (conditions of a table) together cover most (Ribeiro et al. 2016, section 4, by `explain/lazy-pick.ts`).
 * 3. Clusters: groups of explanations that speak of the same columns in the same way (`cluster.ts`).
 * 4. Poor fits: explanations whose surrogate follows the model too little to be trusted.
 *
 * Time grows as n log n at most, memory by some numbers for each weight.
 */
import { DataError } from '../contract/errors.ts'
import { lazyPick } from '../explain/lazy-pick.ts'
import { clusterDirections } from './cluster.ts'
import { readManifest } from './manifest.ts'
import { readWeights, type WeightTable } from './read-weights.ts'
import type { ResultStore } from './result-store.ts'

/** Name and version of the form. */
export const SUMMARY_SCHEMA = 'sodalime/summary@1'

/** What is asked of a summary. */
export interface SummaryOptions {
  /** Instances to pick. */
  readonly pick: number
  /** Most clusters. */
  readonly clusters: number
  /** R² below which a fit is poor. */
  readonly poorFit: number
}

/** A column's importance. */
export interface ColumnImportance {
  readonly column: string
  /** Mean |weight| over all explanations. */
  readonly importance: number
  /** Share of explanations that name it, 0 to 1. */
  readonly share: number
  /** For each output that was explained. */
  readonly outputs: readonly {
    readonly name: string
    /** Mean weight over the output's explanations. */
    readonly mean: number
    /** Numbers of explanations in which it speaks for and against. */
    readonly positive: number
    readonly negative: number
  }[]
}

/** A weight of one instance, as lists show it. */
export interface InstanceWeights {
  readonly index: number
  readonly id: string
  readonly output: string
  readonly fit: number
  readonly weights: readonly { readonly column: string; readonly weight: number }[]
}

/** `sodalime/summary@1`. */
export interface Summary {
  readonly schema: typeof SUMMARY_SCHEMA
  /** Id of the batch, and whether all of it is there. */
  readonly batch: string
  readonly state: 'running' | 'stopped' | 'done'
  readonly kind: string
  readonly model: string
  readonly instances: number
  readonly explanations: number
  readonly failed: number
  readonly outputs: readonly { readonly name: string; readonly explanations: number }[]
  /** By falling importance. */
  readonly importance: readonly ColumnImportance[]
  readonly pick: { readonly instances: readonly InstanceWeights[]; readonly coverage: number }
  /** By falling size. */
  readonly clusters: readonly {
    readonly explanations: number
    readonly share: number
    /** The output most of them explain. */
    readonly output: string
    /** Mean weights, the largest first. */
    readonly weights: readonly { readonly column: string; readonly weight: number }[]
    /** The explanation nearest to the centre. */
    readonly example: InstanceWeights
  }[]
  readonly fit: {
    /** R² at 5, 25, 50, 75, 95 % of the explanations. */
    readonly quantiles: readonly number[]
    readonly threshold: number
    readonly poor: number
    /** The poorest of them. */
    readonly poorest: readonly InstanceWeights[]
    /** Explanations of a model that answers alike for all samples. */
    readonly constant: number
  }
  readonly warnings: readonly { readonly code: string; readonly explanations: number }[]
}

/** Columns over which clusters are found. */
const DIRECTIONS = 64

/** Columns that a summary lists, weights of an instance, and poor fits. */
const LISTED_COLUMNS = 1000
const LISTED_WEIGHTS = 6
const LISTED_POOR = 100

/** Sums up the results in a store. Throws a DataError where there are none. */
export async function summarize(store: ResultStore, options: SummaryOptions): Promise<Summary> {
  const manifest = await readManifest(store)
  if (manifest === undefined) {
    throw new DataError({
      where: store.place,
      got: 'no manifest.json',
      expected: 'the results of sodalime batch',
      remedy: 'Name the folder that was given as --out.',
    })
  }
  const table = await readWeights(store)
  if (table.fit.length === 0) {
    throw new DataError({
      where: store.place,
      got: `no explanations (${table.failed} instances that failed)`,
      expected: 'at least one',
      remedy: 'Wait for the first file of results, or look at the errors in them.',
    })
  }
  const order = importanceOf(table)
  const { plan } = manifest.identity
  return {
    schema: SUMMARY_SCHEMA,
    batch: manifest.id,
    state: manifest.state,
    kind: plan.kind,
    model: plan.model.name,
    instances: table.instances,
    explanations: table.fit.length,
    failed: table.failed,
    outputs: table.labels.map((name, label) => ({
      name,
      explanations: table.label.reduce((sum, one) => sum + (one === label ? 1 : 0), 0),
    })),
    importance: order.slice(0, LISTED_COLUMNS).map(({ listed }) => listed),
    pick: pickOf(table, options.pick),
    clusters: clustersOf(
      table,
      order.slice(0, DIRECTIONS).map(({ column }) => column),
      options.clusters,
    ),
    fit: fitOf(table, options.poorFit),
    warnings: [...table.warnings]
      .sort(([, a], [, b]) => b - a)
      .map(([code, explanations]) => ({ code, explanations })),
  }
}

function importanceOf(table: WeightTable): { column: number; listed: ColumnImportance }[] {
  const { columns, labels, offsets, column, weight, label } = table
  const d = columns.length
  const n = label.length
  const absolute = new Float64Array(d)
  const named = new Float64Array(d)
  const sums = labels.map(() => new Float64Array(d))
  const positive = labels.map(() => new Float64Array(d))
  const negative = labels.map(() => new Float64Array(d))
  const explained = new Float64Array(labels.length)
  for (let e = 0; e < n; e++) {
    const l = label[e]!
    explained[l]!++
    for (let k = offsets[e]!; k < offsets[e + 1]!; k++) {
      const c = column[k]!
      const w = weight[k]!
      absolute[c]! += Math.abs(w)
      named[c]!++
      sums[l]![c]! += w
      if (w > 0) positive[l]![c]!++
      else if (w < 0) negative[l]![c]!++
    }
  }
  return columns
    .map((name, c) => ({
      column: c,
      listed: {
        column: name,
        importance: absolute[c]! / n,
        share: named[c]! / n,
        outputs: labels.map((output, l) => ({
          name: output,
          mean: sums[l]![c]! / explained[l]!,
          positive: positive[l]![c]!,
          negative: negative[l]![c]!,
        })),
      },
    }))
    .sort((a, b) => b.listed.importance - a.listed.importance || a.column - b.column)
}

function pickOf(table: WeightTable, count: number): Summary['pick'] {
  const { offsets, feature, weight, instance } = table
  // |weight| of one instance over all of its outputs: with their signs, those of two classes would cancel out.
  const starts: number[] = []
  const instanceOffsets = [0]
  const features: number[] = []
  const importance = new Float64Array(table.features)
  for (let e = 0; e < instance.length; ) {
    starts.push(e)
    const row = new Map<number, number>()
    const index = instance[e]
    for (; e < instance.length && instance[e] === index; e++) {
      for (let k = offsets[e]!; k < offsets[e + 1]!; k++) {
        row.set(feature[k]!, (row.get(feature[k]!) ?? 0) + Math.abs(weight[k]!))
      }
    }
    for (const [f, w] of row) {
      if (w === 0) continue
      features.push(f)
      importance[f]! += Math.abs(w)
    }
    instanceOffsets.push(features.length)
  }
  for (let f = 0; f < importance.length; f++) importance[f] = Math.sqrt(importance[f]!)
  const { picked, covered } = lazyPick({ offsets: instanceOffsets, features, importance }, count)
  const total = importance.reduce((sum, one) => sum + one, 0)
  const reached = importance.reduce((sum, one, f) => sum + one * covered[f]!, 0)
  // Once all is covered, whoever comes next shows nothing new.
  const shown = new Set<number>()
  const useful = picked.filter((i) => {
    const before = shown.size
    for (let k = instanceOffsets[i]!; k < instanceOffsets[i + 1]!; k++) shown.add(features[k]!)
    return shown.size > before
  })
  return {
    instances: useful.map((i) => weightsOf(table, starts[i]!)),
    coverage: total > 0 ? reached / total : 1,
  }
}

function clustersOf(table: WeightTable, chosen: readonly number[], k: number): Summary['clusters'] {
  const { offsets, column, weight, label, labels, columns } = table
  const n = label.length
  const d = chosen.length
  if (d === 0) return []
  const place = new Int32Array(columns.length).fill(-1)
  chosen.forEach((c, j) => {
    place[c] = j
  })
  const vectors = new Float32Array(n * d)
  for (let e = 0; e < n; e++) {
    let square = 0
    for (let i = offsets[e]!; i < offsets[e + 1]!; i++) {
      const j = place[column[i]!]!
      if (j >= 0) vectors[e * d + j]! += weight[i]!
    }
    for (let j = 0; j < d; j++) square += vectors[e * d + j]! ** 2
    if (square > 0) for (let j = 0; j < d; j++) vectors[e * d + j]! /= Math.sqrt(square)
  }
  const { nearest, similarity, centres } = clusterDirections(vectors, n, d, k)
  const groups = centres.map(() => ({
    count: 0,
    best: -1,
    sums: new Float64Array(d),
    outputs: new Float64Array(labels.length),
  }))
  for (let e = 0; e < n; e++) {
    const group = groups[nearest[e]!]!
    group.count++
    group.outputs[label[e]!]!++
    if (group.best < 0 || similarity[e]! > similarity[group.best]!) group.best = e
    for (let i = offsets[e]!; i < offsets[e + 1]!; i++) {
      const j = place[column[i]!]!
      if (j >= 0) group.sums[j]! += weight[i]!
    }
  }
  return groups
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ count, best, sums, outputs }) => ({
      explanations: count,
      share: count / n,
      output: labels[outputs.indexOf(Math.max(...outputs))]!,
      weights: Array.from(sums, (sum, j) => ({ column: columns[chosen[j]!]!, weight: sum / count }))
        .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
        .slice(0, LISTED_WEIGHTS)
        .filter((one) => one.weight !== 0),
      example: weightsOf(table, best),
    }))
}

function fitOf(table: WeightTable, threshold: number): Summary['fit'] {
  const { fit, constant } = table
  const fitted = Array.from(fit.keys()).filter((e) => !constant[e])
  const sorted = fitted.sort((a, b) => fit[a]! - fit[b]! || a - b)
  const poor = sorted.filter((e) => fit[e]! < threshold)
  const at = (share: number) => fit[sorted[Math.round(share * (sorted.length - 1))]!]!
  return {
    quantiles: sorted.length === 0 ? [] : [0.05, 0.25, 0.5, 0.75, 0.95].map(at),
    threshold,
    poor: poor.length,
    poorest: poor.slice(0, LISTED_POOR).map((e) => weightsOf(table, e)),
    constant: fit.length - fitted.length,
  }
}

function weightsOf(table: WeightTable, e: number): InstanceWeights {
  const { offsets, column, weight, columns, labels, label, instance, id, fit } = table
  const weights: { column: string; weight: number }[] = []
  for (let k = offsets[e]!; k < offsets[e + 1]! && weights.length < LISTED_WEIGHTS; k++) {
    weights.push({ column: columns[column[k]!]!, weight: weight[k]! })
  }
  return { index: instance[e]!, id: id[e]!, output: labels[label[e]!]!, fit: fit[e]!, weights }
}
