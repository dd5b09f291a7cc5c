/**
 * What a batch does with every instance, as plain JSON: it is handed to threads and, through Redis, to other machines.
 *
 * Everything that determines a result stands here or in the model itself; where things are (paths, servers, secrets) does
 * not. `seed` and `draws` say where an instance's random numbers come from:
 *
 * - `shared`: every instance starts from the seed, as one call of `explain` with that seed does. Row 17 of a batch is
 *   explained as `sodalime explain --row 17` explains it, and the draws are made once.
 * - `own`: the stream of instance i is `derive(seed, i)`. Errors of sampling are then independent and average out over
 *   many instances; each draws anew.
 *
 * Either way a result depends on nothing but the instance, its index and the plan: not on workers, order or interruptions.
 */
import type { Value } from '../contract/instance.ts'
import type { OpenOptions } from '../models/open.ts'

/** Version of the plan and of the messages about it; another one is refused. */
export const BATCH_PROTOCOL = 1

/** The kinds of instance. */
export const BATCH_KINDS = ['tabular', 'text', 'image', 'series'] as const
export type BatchKind = (typeof BATCH_KINDS)[number]

/** The model as far as results depend on it. */
export interface PlannedModel {
  /** What was given as `--model`: for messages, and never opened because a queue says so. */
  readonly name: string
  /** SHA-256 of the model's files; of its address where it has none. */
  readonly hash: string
  /** How it is opened: what of `OpenOptions` is data. */
  readonly options: OpenOptions
}

/** How rows of a table reach the model. */
export interface PlannedRows {
  readonly columnNames: readonly string[]
  /** For each column the categories in the order of their numbers; null for numbers, and all null without encoding. */
  readonly categories: readonly (readonly Value[] | null)[] | null
  /** Rows as objects by column name in place of lists. */
  readonly objects: boolean
}

/** The plan of a batch. */
export interface BatchPlan {
  readonly protocol: number
  readonly kind: BatchKind
  readonly model: PlannedModel
  /** Options of the explainer's constructor without `randomState`; for tables a saved `TabularExplainer`. */
  readonly explainer: { readonly [option: string]: unknown }
  /** Options of each explain call. */
  readonly call: { readonly [option: string]: unknown }
  readonly seed: number
  readonly draws: 'shared' | 'own'
  /** Names of the outputs where the model has only numbers for them. */
  readonly outputNames: readonly string[] | null
  readonly rows: PlannedRows | null
  /** Pictures are reduced to so many pixels. */
  readonly maxPixels: number | null
  /** So many features have columns of their own in the results: `feature_1`, `weight_1`, … */
  readonly columns: number
  /** Whether whole explanations are written beside the Parquet files. */
  readonly jsonLines: boolean
}

/** One instance as it travels: values in column order, a text, the path of a picture below the input, or (steps, channels). */
export type Instance =
  | readonly Value[]
  | string
  | { readonly [field: string]: string }
  | readonly (readonly (number | null)[])[]

/** An instance, or what is wrong with it. */
export interface InputItem {
  readonly id: string
  readonly instance?: Instance
  readonly error?: { readonly code: string; readonly message: string }
}

/** Consecutive instances that are written into one file. */
export interface Shard {
  /** Its number, from 0. */
  readonly shard: number
  /** Index of its first instance. */
  readonly first: number
  readonly items: readonly InputItem[]
}
