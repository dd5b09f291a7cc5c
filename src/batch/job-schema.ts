/**
 * What travels through the queue, and its checks: nothing that Redis holds is trusted, and nothing of it is executed.
 *
 * A plan names neither programs nor addresses that would be opened: the worker opens its own `--model`. Pictures are named
 * by paths below a folder.
 */
import * as z from 'zod'
import { DataError, OptionError } from '../contract/errors.ts'
import { BATCH_KINDS, BATCH_PROTOCOL, type BatchPlan, type Shard } from './plan.ts'

const MOST_INSTANCES = 100_000

const value = z.union([z.number(), z.string(), z.boolean(), z.null()])
const record = z.record(z.string(), z.unknown())
const relative = z
  .string()
  .refine((path) => !/^([/\\]|[a-z]:)/i.test(path) && !path.split(/[/\\]/).includes('..'), {
    message: 'a path below the input folder',
  })
const error = z.object({ code: z.string(), message: z.string() })

const instances = {
  tabular: z.array(value),
  text: z.union([z.string(), z.record(z.string(), z.string())]),
  image: relative,
  series: z.array(z.array(z.number().nullable())),
}

const outline = z.object({
  protocol: z.literal(BATCH_PROTOCOL),
  batch: z.string().regex(/^[0-9a-f]{32}$/),
  shard: z.object({
    shard: z.int().nonnegative(),
    first: z.int().nonnegative(),
    items: z
      .array(z.object({ id: z.string(), instance: z.unknown(), error: error.exactOptional() }))
      .min(1)
      .max(MOST_INSTANCES),
  }),
})

const planSchema = z.strictObject({
  protocol: z.literal(BATCH_PROTOCOL),
  kind: z.enum(BATCH_KINDS),
  model: z.strictObject({
    name: z.string(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    // Options that would lead anywhere (programs, folders, headers) are no part of a plan.
    options: z.strictObject({
      onnx: record.exactOptional(),
      defaults: record.exactOptional(),
      server: z
        .record(z.string(), z.unknown())
        .refine((options) => !('headers' in options), { message: 'no headers' })
        .exactOptional(),
      process: z
        .strictObject({
          task: z.string().exactOptional(),
          classNames: z.array(z.string()).exactOptional(),
        })
        .exactOptional(),
    }),
  }),
  explainer: record,
  call: record,
  seed: z.int().nonnegative(),
  draws: z.enum(['shared', 'own']),
  outputNames: z.array(z.string()).nullable(),
  rows: z
    .strictObject({
      columnNames: z.array(z.string()),
      categories: z.array(z.array(value).nullable()).nullable(),
      objects: z.boolean(),
    })
    .nullable(),
  maxPixels: z.number().positive().nullable(),
  columns: z.int().nonnegative().max(1000),
  jsonLines: z.boolean(),
})

const announcementSchema = z.object({
  protocol: z.int(),
  plan: z.unknown(),
  /** An absolute path, or s3://. */
  out: z.string().regex(/^(\/|[A-Za-z]:[\\/]|s3:\/\/)/),
  inputRoot: z.string(),
})

const summarySchema = z.object({
  batch: z.string(),
  shard: z.int().nonnegative(),
  first: z.int().nonnegative(),
  instances: z.int().positive(),
  rows: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  failures: z.array(
    z.object({ index: z.int(), id: z.string(), code: z.string(), message: z.string() }),
  ),
})

/** What a coordinator tells the workers about its batch. */
export interface Announcement {
  readonly protocol: number
  readonly plan: BatchPlan
  readonly out: string
  readonly inputRoot: string
}

/** A shard as it stands in the queue. */
export interface ShardJob {
  readonly protocol: number
  readonly batch: string
  readonly shard: Shard
}

/** The announcement in a text. Throws an OptionError for another protocol version, and a DataError for anything else. */
export function readAnnouncement(text: string): Announcement {
  const where = 'queue, the plan of a batch'
  const outer = announcementSchema.safeParse(parsed(text, where))
  if (!outer.success) throw invalid(where, outer.error)
  checkProtocol(outer.data.protocol)
  const plan = planSchema.safeParse(outer.data.plan)
  if (!plan.success) throw invalid(where, plan.error)
  return { ...outer.data, plan: plan.data as unknown as BatchPlan }
}

/** A job's payload. Throws as `readAnnouncement` does. */
export function readJob(data: unknown): ShardJob {
  const protocol = (data as { protocol?: unknown } | null)?.protocol
  if (typeof protocol === 'number') checkProtocol(protocol)
  const job = outline.safeParse(data)
  if (!job.success) throw invalid('queue, a job', job.error)
  return job.data as unknown as ShardJob
}

/** Throws a DataError unless all instances of a shard are of the plan's kind. */
export function checkInstances(shard: Shard, { kind }: Pick<BatchPlan, 'kind'>): void {
  for (const { instance, error: known } of shard.items) {
    if (known !== undefined && instance === undefined) continue
    const checked = instances[kind].safeParse(instance)
    if (!checked.success) throw invalid(`queue, shard ${shard.shard}`, checked.error)
  }
}

/** The summary that a worker answered with; undefined for anything else. */
export function readSummary(data: unknown) {
  const summary = summarySchema.safeParse(data)
  return summary.success ? summary.data : undefined
}

function checkProtocol(protocol: number): void {
  if (protocol === BATCH_PROTOCOL) return
  throw new OptionError({
    where: '--queue',
    got: `a batch that speaks version ${protocol} of the protocol`,
    expected: `version ${BATCH_PROTOCOL}, which this sodalime speaks`,
    remedy: 'Install the same version of sodalime for the batch and its workers.',
  })
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError({
      where,
      got: 'text that is no JSON',
      expected: 'what sodalime batch --queue put there',
      remedy: 'Check who else writes to this Redis.',
      cause,
    })
  }
}

function invalid(where: string, cause: z.ZodError): DataError {
  const { path, message } = cause.issues[0]!
  return new DataError({
    where,
    got: `something else at ${path.join('.') || 'the top'} (${message})`,
    expected: 'what sodalime batch --queue put there',
    remedy: 'Check who else writes to this Redis.',
    cause,
  })
}
