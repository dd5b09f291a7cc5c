/**
 * The manifest of a batch: what was asked, of which model, over which input, and what came of it.
 *
 * `identity` is all that determines the results; the batch's id is its hash. The same command finds the same identity
 * and goes on; another one is refused, with what differs.
 */
import { createHash } from 'node:crypto'
import { DataError, OptionError } from '../contract/errors.ts'
import type { InputPrint } from './input-print.ts'
import { LOCK_FILE } from './lock.ts'
import type { BatchPlan } from './plan.ts'
import type { ResultStore } from './result-store.ts'
import { type Failure, shardOfName } from './shard-file.ts'

/** Name and version of the form. */
export const MANIFEST_SCHEMA = 'sodalime/batch@1'

export const MANIFEST_FILE = 'manifest.json'

/** What determines the results. */
export interface BatchIdentity {
  /** Version of sodalime. */
  readonly sodalime: string
  readonly plan: BatchPlan
  readonly input: InputPrint
  readonly shardSize: number
}

/** What came of a batch, as far as it is known. */
export interface BatchCounts {
  readonly shards: number
  readonly instances: number
  readonly rows: number
  readonly failed: number
}

/** `sodalime/batch@1`. */
export interface Manifest {
  readonly schema: typeof MANIFEST_SCHEMA
  readonly id: string
  readonly state: 'running' | 'stopped' | 'done'
  readonly identity: BatchIdentity
  readonly counts: BatchCounts | null
  /** The first of the failed instances: all of them stand in the results. */
  readonly failures: readonly Failure[]
  /** ISO 8601; of the last start and end. */
  readonly started: string
  readonly ended: string | null
  /** Of the last run. */
  readonly seconds: number | null
}

/** The id of a batch: a hash of its identity. */
export function batchId(identity: BatchIdentity): string {
  return createHash('sha256')
    .update(canonical(essence(identity)))
    .digest('hex')
    .slice(0, 32)
}

/** The identity without the paths, which may be written in many ways. */
function essence({ plan, input, ...rest }: BatchIdentity) {
  const { name, ...model } = plan.model
  const { path, ...print } = input
  return { ...rest, plan: { ...plan, model }, input: print }
}

/** JSON with the keys of every object in order, so that equal data makes equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}

/** The manifest of a store; undefined where there is none. Throws a DataError for one that cannot be read. */
export async function readManifest(store: ResultStore): Promise<Manifest | undefined> {
  const bytes = await store.read(MANIFEST_FILE)
  if (bytes === undefined) return undefined
  const where = `${store.place}, ${MANIFEST_FILE}`
  let manifest: Partial<Manifest>
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Manifest>
  } catch (cause) {
    throw new DataError({
      where,
      got: 'text that is no JSON',
      expected: MANIFEST_SCHEMA,
      remedy: 'Name another place for the results.',
      cause,
    })
  }
  if (manifest?.schema === MANIFEST_SCHEMA && manifest.identity !== undefined) {
    return manifest as Manifest
  }
  throw new DataError({
    where,
    got: `schema ${JSON.stringify(manifest?.schema ?? null)}`,
    expected: MANIFEST_SCHEMA,
    remedy: 'Name another place for the results.',
  })
}

export async function writeManifest(store: ResultStore, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  await store.write(MANIFEST_FILE, new TextEncoder().encode(text))
}

/**
 * Throws unless the store is empty or holds results of just this batch: an OptionError for other files, options or
 * models, a DataError for an input that has changed.
 */
export function checkSameBatch(
  store: ResultStore,
  files: readonly string[],
  before: Manifest | undefined,
  identity: BatchIdentity,
): void {
  if (before === undefined) {
    const [other, ...more] = files.filter((name) => name !== LOCK_FILE)
    if (other === undefined) return
    throw new OptionError({
      where: '--out',
      got: `${store.place}, which holds something else (${other}${more.length > 0 ? ', …' : ''})`,
      expected: 'an empty place, or the results of this same batch',
      remedy: 'Name a new folder.',
    })
  }
  if (batchId(before.identity) === batchId(identity)) return
  const differences = differing(essence(before.identity), essence(identity), '')
  const ofInput = differences.filter((path) => path.startsWith('input.'))
  if (ofInput.length === differences.length) {
    throw new DataError({
      where: identity.input.path,
      got: `another ${ofInput.map((path) => path.slice('input.'.length)).join(', ')} than when the batch began`,
      expected: 'the input unchanged, so that results belong to one input',
      remedy: 'Bring the input back as it was, or begin anew in another place with --out.',
    })
  }
  throw new OptionError({
    where: '--out',
    got: `${store.place}, whose results were made with other settings: ${differences
      .slice(0, 6)
      .map((path) => difference(path, before.identity, identity))
      .join('; ')}`,
    expected: 'the same model and options as before',
    remedy: 'Give the same command again to go on, or name a new folder.',
  })
}

/** The numbers of the shards among the files. */
export function shardsAmong(files: readonly string[]): number[] {
  return files
    .map(shardOfName)
    .filter((shard) => shard !== undefined)
    .sort((a, b) => a - b)
}

function differing(a: unknown, b: unknown, path: string): string[] {
  if (canonical(a) === canonical(b)) return []
  const both = [a, b].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
  if (!both) return [path]
  const left = a as { [key: string]: unknown }
  const right = b as { [key: string]: unknown }
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    differing(left[key], right[key], path === '' ? key : `${path}.${key}`),
  )
}

function difference(path: string, before: BatchIdentity, now: BatchIdentity): string {
  const at = (identity: unknown) => {
    let value = identity
    for (const key of path.split('.'))
      value = (value as { [key: string]: unknown } | undefined)?.[key]
    const text = JSON.stringify(value) ?? 'nothing'
    return text.length > 60 ? `${text.slice(0, 60)}…` : text
  }
  return `${path.replace(/^plan\./, '')} was ${at(before)} and is ${at(now)}`
}
