/**
 * SHA-256 of a model: of its file, what lies beside it and belongs to it (external data, weights, `sodalime.json`); of
 * the address where it is a server or a program, whose content nobody can see from here.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DataError } from '../contract/errors.ts'
import { unreadable } from '../data/bytes.ts'

/** Endings of the files that a model may be spread over. */
const PARTS: { readonly [ending: string]: RegExp } = {
  '.onnx': /\.(bin|data|onnx_data|onnx\.data)$/i,
  '.json': /\.bin$/i,
}

/** The hash of the model that `spec` leads to, with its `sodalime.json` where another one is named. Throws a DataError for a file that cannot be read. */
export async function modelHash(spec: string, preprocessing?: string): Promise<string> {
  const hash = createHash('sha256')
  const path = spec.trim()
  if (preprocessing !== undefined) hash.update(await fileBytes(preprocessing))
  // One letter before the colon is a Windows drive.
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return hash.update(`address ${path}`).digest('hex')
  try {
    if (!(await stat(path)).isFile()) return hash.update(`folder ${basename(path)}`).digest('hex')
    hash.update(await fileBytes(path))
    const folder = dirname(path)
    const ending = /\.[^./\\]+$/.exec(path)?.[0].toLowerCase() ?? ''
    const stem = basename(path).slice(0, -ending.length || undefined)
    const beside = (await readdir(folder)).sort().filter((name) => {
      if (name === 'sodalime.json') return true
      const part = PARTS[ending]?.test(name) === true
      return part && (ending === '.json' || name.startsWith(stem))
    })
    for (const name of beside) hash.update(`\0${name}\0`).update(await readFile(join(folder, name)))
    return hash.digest('hex')
  } catch (cause) {
    throw cause instanceof DataError ? cause : unreadable(path, cause)
  }
}

async function fileBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
