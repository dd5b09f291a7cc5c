/**
 * The files of the page, as `npm run build` left them in `dist/studio`: read once, served from memory.
 *
 * Requests name a file by its exact path in that list; whatever else they ask for is not there. Nothing that a request
 * says is ever made into a path.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataError } from '../contract/errors.ts'

/** A file of the page. */
export interface ClientFile {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Whether its name changes with its content. */
  readonly hashed: boolean
}

const TYPES: { readonly [ending: string]: string } = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
  wasm: 'application/wasm',
}

/** The folder of the built page. */
export function clientFolder(): string {
  return fileURLToPath(new URL(`../../${'dist/studio'}/`, import.meta.url))
}

/** All files of the page by their path: `/index.html`, `/assets/…`. Rejects with a DataError where it was not built. */
export async function readClient(folder = clientFolder()): Promise<Map<string, ClientFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = new Map<string, ClientFile>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = `/${path.slice(folder.length).split(sep).join('/')}`
    const ending = /\.([a-z]+)$/.exec(entry.name)?.[1] ?? ''
    files.set(name, {
      type: TYPES[ending] ?? 'application/octet-stream',
      bytes: new Uint8Array(await readFile(path)),
      hashed: name.startsWith('/assets/'),
    })
  }
  if (files.has('/index.html')) return files
  throw new DataError({
    where: folder,
    got: 'no page of the studio',
    expected: 'index.html and its scripts',
    remedy: 'In a clone of the repository run `npm run build` first.',
  })
}

/** What the page may do: its own scripts and styles, requests to its own server, pictures that it was given. */
export function contentSecurityPolicy(wasm: boolean): string {
  return [
    "default-src 'none'",
    `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ''}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    ...(wasm ? [] : ["frame-ancestors 'none'"]),
  ].join('; ')
}
