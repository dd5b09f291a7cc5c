/**
 * Explanations that were saved as JSON, read back for reports: one to a file, a list in a file, or one to a line
 * (`.jsonl`, `.ndjson`). In lists and lines an entry may also be `{ "name": …, "truth": …, "explanation": { … } }`, or what
 * `sodalime batch --json-lines` writes: `{ "index": …, "id": …, "explanation": { … } }`, or its `error` where an instance failed.
 *
 * Everything is checked against `sodalime/explanation@1`; what is wrong is named by file, place and field.
 */
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { DataError } from '../contract/errors.ts'
import type { ExplanationData } from '../contract/explanation.ts'
import { parseExplanation } from '../contract/schema.ts'
import { unreadable } from '../data/bytes.ts'
import type { ReportEntry } from '../render/report-entry.ts'

/** What the files hold. */
export interface SavedExplanations {
  readonly entries: readonly ReportEntry[]
  /** Instances of a batch that failed, each as `id: message`. */
  readonly failures: readonly string[]
}

/**
 * The explanations in the files, in order, each under its id in a batch or the name of its file and its place in it.
 * Samples are dropped. Throws a DataError for what is no explanation, and where there is none.
 */
export async function readSavedExplanations(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<SavedExplanations> {
  const found: (ReportEntry | Failed)[] = []
  const bases = paths.map((path) => basename(path, extname(path)))
  for (const [i, path] of paths.entries()) {
    signal.throwIfAborted()
    // Two files of one name in different folders go by their paths.
    const name = bases.filter((other) => other === bases[i]).length > 1 ? path : bases[i]!
    found.push(...(await readOne(path, name)))
  }
  const entries = found.filter((one): one is ReportEntry => 'explanation' in one)
  const failures = found.flatMap((one) => ('failure' in one ? [one.failure] : []))
  if (entries.length > 0) return { entries, failures }
  throw new DataError({
    where: paths.join(', '),
    got: `no explanation${failures.length === 0 ? '' : `, but instances that failed (${failures[0]})`}`,
    expected: 'at least one',
    remedy: 'Give files of explanations that came about.',
  })
}

/** An instance without explanation. */
interface Failed {
  readonly failure: string
}

async function readOne(path: string, name: string): Promise<(ReportEntry | Failed)[]> {
  const text = await textOf(path)
  if (/\.(jsonl|ndjson)$/i.test(path)) {
    return text.split('\n').flatMap((line, i) => {
      if (line.trim() === '') return []
      const place = `${path}, line ${i + 1}`
      return [entryOf(parseJson(line, place), place, `${name} ${i + 1}`)]
    })
  }
  const json = parseJson(text, path)
  if (!Array.isArray(json)) return [entryOf(json, path, name)]
  return json.map((one: unknown, i) => entryOf(one, `${path}[${i}]`, `${name} ${i + 1}`))
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError({
      where: place,
      got: text.trim() === '' ? 'nothing' : `text that is no JSON (${(cause as Error).message})`,
      expected: 'an explanation as JSON',
      remedy: 'Write it with `sodalime explain … --json FILE`, or JSON.stringify(explanation).',
      cause,
    })
  }
}

function entryOf(json: unknown, place: string, name: string): ReportEntry | Failed {
  const id = batchName(json)
  if (id !== undefined && isFailed(json)) return { failure: `${id}: ${json.error.message}` }
  const wrapped = isWrapped(json) ? json : undefined
  const parsed =
    wrapped === undefined
      ? parseExplanation(json, place)
      : parseExplanation(wrapped.explanation, `${place}.explanation`)
  const explanation: ExplanationData = { ...parsed }
  delete (explanation as { neighbourhood?: unknown }).neighbourhood
  const truth = wrapped?.truth
  return {
    name: typeof wrapped?.name === 'string' ? wrapped.name : (id ?? name),
    explanation,
    ...((typeof truth === 'string' || typeof truth === 'number') && { truth }),
  }
}

interface Wrapped {
  readonly name?: unknown
  readonly truth?: unknown
  readonly explanation: unknown
}

function isWrapped(json: unknown): json is Wrapped {
  return typeof json === 'object' && json !== null && 'explanation' in json && !('schema' in json)
}

/** What an instance of a batch goes by; undefined for what is none. */
function batchName(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('index' in json) || !('id' in json)) return
  const { index, id } = json
  if (typeof index !== 'number' || typeof id !== 'string') return
  return id === String(index) ? `instance ${index}` : id
}

function isFailed(json: unknown): json is { readonly error: { readonly message: string } } {
  const { error } = json as { error?: unknown }
  return typeof error === 'object' && error !== null && 'message' in error
}
