/**
 * The results of one shard as a Parquet file, and back.
 *
 * One row for each instance and label, in the order of the input; one row with `error` for an instance that failed. The
 * features stand twice: the first few in columns of their own, for spreadsheets and SQL, and all in the list `weights`.
 * `column` is the column of a table that a feature speaks of (`age` for `age > 37`), elsewhere the feature's name.
 *
 * The footer tells which batch the file belongs to and counts its instances, so that a resumed batch need not read it.
 * No time stands in it: the same instances make the same bytes.
 */
import type { SchemaElement } from 'hyparquet'
import type { Explanation, ExplanationData, Feature } from '../contract/explanation.ts'
import type { BatchPlan } from './plan.ts'

/** What became of one instance. */
export interface InstanceResult {
  readonly index: number
  readonly id: string
  readonly explanation?: Explanation
  readonly error?: InstanceError
}

/** Why an instance has no explanation. */
export interface InstanceError {
  /** The stable code of an error, or `worker-crashed`. */
  readonly code: string
  readonly message: string
}

/** A failed instance in the summary of a shard. */
export interface Failure extends InstanceError {
  readonly index: number
  readonly id: string
}

/** What the footer of a shard says. */
export interface ShardSummary {
  /** Id of the batch. */
  readonly batch: string
  readonly shard: number
  readonly first: number
  readonly instances: number
  readonly rows: number
  readonly failed: number
  /** The first few of the failed ones. */
  readonly failures: readonly Failure[]
}

/** The bytes of the files of a shard. */
export interface ShardFiles {
  readonly parquet: Uint8Array
  readonly jsonLines: Uint8Array | null
  readonly summary: ShardSummary
}

/** The key of the footer's metadata. */
export const SHARD_KEY = 'sodalime/shard@1'

/** Failures that a footer lists: all of them stand in the rows. */
const LISTED_FAILURES = 20

/** The name of a shard's file without its ending. */
export function shardName(shard: number): string {
  return `part-${String(shard).padStart(6, '0')}`
}

/** The number of the shard in a file of that name; undefined for other names. */
export function shardOfName(name: string): number | undefined {
  const match = /^part-(\d{6,})\.parquet$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

/** Makes the files of a shard. */
export async function encodeShard(
  results: readonly InstanceResult[],
  plan: Pick<BatchPlan, 'columns' | 'jsonLines'>,
  place: Pick<ShardSummary, 'batch' | 'shard' | 'first'>,
): Promise<ShardFiles> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const columns = columnsOf(results, plan.columns)
  const failures = results.flatMap(({ index, id, error }) =>
    error === undefined ? [] : [{ index, id, ...error }],
  )
  const summary: ShardSummary = {
    ...place,
    instances: results.length,
    rows: columns[0]!.data.length,
    failed: failures.length,
    failures: failures.slice(0, LISTED_FAILURES),
  }
  const parquet = parquetWriteBuffer({
    columnData: columns.map(({ schema, ...column }) => column),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.flatMap(({ schema }) => schema),
    ],
    kvMetadata: [{ key: SHARD_KEY, value: JSON.stringify(summary) }],
    rowGroupSize: 100_000,
    createdBy: 'sodalime',
  })
  return {
    parquet: new Uint8Array(parquet),
    jsonLines: plan.jsonLines ? new TextEncoder().encode(results.map(jsonLine).join('')) : null,
    summary,
  }
}

/** An explanation without the times that it took, which differ from run to run. */
export function timeless(explanation: Explanation): ExplanationData {
  const { seconds, modelSeconds, ...diagnostics } = explanation.diagnostics
  return { ...explanation, diagnostics }
}

function jsonLine({ index, id, explanation, error }: InstanceResult): string {
  const result = explanation === undefined ? { error } : { explanation: timeless(explanation) }
  return `${JSON.stringify({ index, id, ...result })}\n`
}

interface Column {
  readonly name: string
  readonly data: unknown[]
  readonly schema: SchemaElement[]
  /** For columns whose values hardly repeat: looking for repetitions would take longer than writing them. */
  readonly encoding?: 'PLAIN'
}

function columnsOf(results: readonly InstanceResult[], top: number): Column[] {
  const column = (name: string, type: Partial<SchemaElement>, required = false): Column => ({
    name,
    data: [],
    schema: [{ name, repetition_type: required ? 'REQUIRED' : 'OPTIONAL', ...type }],
    ...(type.type === 'DOUBLE' && { encoding: 'PLAIN' }),
  })
  const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
  const NUMBER = { type: 'DOUBLE' } as const
  const WHOLE = { type: 'INT32' } as const
  const columns = [
    column('index', WHOLE, true),
    column('id', TEXT, true),
    column('label', WHOLE),
    column('label_name', TEXT),
    column('prediction', NUMBER),
    column('intercept', NUMBER),
    column('local_prediction', NUMBER),
    column('score', NUMBER),
    column('held_out_score', NUMBER),
    column('samples', WHOLE),
    column('effective_sample_size', NUMBER),
    ...Array.from({ length: top }, (_, k) => [
      column(`feature_${k + 1}`, TEXT),
      column(`weight_${k + 1}`, NUMBER),
    ]).flat(),
    {
      name: 'weights',
      data: [],
      schema: [
        { name: 'weights', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', repetition_type: 'OPTIONAL', num_children: 3 },
        { name: 'feature', repetition_type: 'OPTIONAL', ...TEXT },
        { name: 'column', repetition_type: 'OPTIONAL', ...TEXT },
        { name: 'weight', repetition_type: 'OPTIONAL', ...NUMBER },
      ],
    } satisfies Column,
    column('warnings', TEXT),
    column('error_code', TEXT),
    column('error', TEXT),
  ]
  const add = (values: readonly unknown[]) => {
    for (let c = 0; c < columns.length; c++) columns[c]!.data.push(values[c])
  }
  const known = new Map<object, string>()
  for (const { index, id, explanation, error } of results) {
    if (explanation === undefined) {
      const empty = new Array(columns.length - 4).fill(null)
      add([index, id, ...empty, error!.code, error!.message])
      continue
    }
    const { features, diagnostics, labels } = explanation
    const warnings = diagnostics.warnings.map(({ code }) => code).join(' ')
    for (const one of labels) {
      const list = one.weights.map(({ feature, weight }) => ({
        feature: features[feature]!.name,
        column: columnOf(features[feature]!, explanation, known),
        weight,
      }))
      const row: unknown[] = [
        index,
        id,
        one.label,
        one.name,
        one.prediction,
        one.intercept,
        one.localPrediction,
        one.score,
        one.heldOutScore,
        diagnostics.samples,
        diagnostics.effectiveSampleSize,
      ]
      for (let k = 0; k < top; k++) row.push(list[k]?.feature ?? null, list[k]?.weight ?? null)
      row.push(list, warnings === '' ? null : warnings, null, null)
      add(row)
    }
  }
  return columns
}

/** The column, or the one-hot columns, that a feature of a table speaks of; elsewhere the feature's name. */
function columnOf(
  { name, part }: Feature,
  { instance }: ExplanationData,
  known: Map<object, string>,
): string {
  if (part.kind !== 'tabular' || instance.kind !== 'tabular') return name
  // Instances of one table share the lists of columns.
  let column = known.get(part.columns)
  if (column === undefined) {
    column = part.columns.map((c) => instance.columns[c] ?? String(c)).join(' + ')
    known.set(part.columns, column)
  }
  return column
}
