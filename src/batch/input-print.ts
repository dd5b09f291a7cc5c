/**
 * How an input is told from another one, or from itself after a change: by size, time, and a hash of its beginning and its
 * end (where Parquet has its footer). A folder by the names, sizes and times of its files.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { DataError } from '../contract/errors.ts'
import { unreadable } from '../data/bytes.ts'

/** What an input is recognised by. */
export interface InputPrint {
  /** As it was given. */
  readonly path: string
  /** Bytes; of all files of a folder. */
  readonly size: number
  /** ISO 8601; the latest of a folder. */
  readonly modified: string
  /** SHA-256. */
  readonly hash: string
}

const ENDS = 1 << 16

/** The print of a file, or of the `files` of a folder. Throws a DataError for what cannot be read. */
export async function inputPrint(path: string, files?: readonly string[]): Promise<InputPrint> {
  try {
    return files === undefined ? await printOfFile(path) : await printOfFolder(path, files)
  } catch (cause) {
    throw cause instanceof DataError ? cause : unreadable(path, cause)
  }
}

async function printOfFile(path: string): Promise<InputPrint> {
  const handle = await open(path)
  try {
    const { size, mtime } = await handle.stat()
    const hash = createHash('sha256')
    hash.update(await piece(handle, 0, Math.min(size, ENDS)))
    hash.update(await piece(handle, Math.max(0, size - ENDS), Math.min(size, ENDS)))
    return { path, size, modified: mtime.toISOString(), hash: hash.digest('hex') }
  } finally {
    await handle.close()
  }
}

async function printOfFolder(path: string, files: readonly string[]): Promise<InputPrint> {
  const hash = createHash('sha256')
  let total = 0
  let latest = new Date(0)
  for (const file of files) {
    const { size, mtime } = await stat(join(path, file))
    hash.update(JSON.stringify([file, size, mtime.getTime()]))
    total += size
    if (mtime > latest) latest = mtime
  }
  return { path, size: total, modified: latest.toISOString(), hash: hash.digest('hex') }
}

async function piece(handle: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  await handle.read(bytes, 0, length, from)
  return bytes
}

/** Paths of all files below a folder that end so, with `/`, in the order of their code units. Hidden ones are left out. */
export async function filesBelow(folder: string, endings: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length))
    .map((file) => file.split(sep).join('/'))
    .filter((file) => !file.split('/').some((part) => part.startsWith('.')))
    .filter((file) => endings.some((ending) => file.toLowerCase().endsWith(ending)))
  return files.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** True for a folder. Throws a DataError for a path that leads nowhere. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
