/**
 * Results in a folder, of this machine or shared.
 *
 * A file is written aside, flushed to the disk, and renamed; then the folder is flushed. What an interrupted write left
 * behind (`.name.….part`) is never read, and removed when it is old.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DataError, OptionError } from '../contract/errors.ts'
import type { ResultStore } from './result-store.ts'

/** Milliseconds after which an unfinished file belongs to nobody. */
const ABANDONED = 3_600_000

/** Opens a folder. Throws an OptionError where it cannot be made. */
export async function openFolderStore(path: string): Promise<ResultStore> {
  const folder = resolve(path)
  try {
    await mkdir(folder, { recursive: true })
    await sweep(folder)
  } catch (cause) {
    throw new OptionError({
      where: '--out',
      got: `${path}, which cannot be used as a folder (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`,
      expected: 'the path of a folder, there already or not',
      remedy: 'Name another folder, or check the permissions of this one.',
      cause,
    })
  }
  return {
    place: path,
    list: async () => (await readdir(folder)).filter((name) => !isPart(name)),
    read: async (name) => {
      try {
        return await readFile(join(folder, name))
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw failed(path, name, 'read', cause)
      }
    },
    tail: async (name, most) => {
      try {
        const handle = await open(join(folder, name))
        try {
          const { size } = await handle.stat()
          const bytes = new Uint8Array(Math.min(size, most))
          await handle.read(bytes, 0, bytes.length, size - bytes.length)
          return bytes
        } finally {
          await handle.close()
        }
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw failed(path, name, 'read', cause)
      }
    },
    write: async (name, bytes) => {
      const beside = join(folder, `.${name}.${randomBytes(6).toString('hex')}.part`)
      try {
        const handle = await open(beside, 'wx')
        try {
          await handle.writeFile(bytes)
          await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(beside, join(folder, name))
        await flushFolder(folder)
      } catch (cause) {
        await rm(beside, { force: true }).catch(() => undefined)
        throw failed(path, name, 'written', cause)
      }
    },
    create: async (name, bytes) => {
      try {
        const handle = await open(join(folder, name), 'wx')
        try {
          await handle.writeFile(bytes)
          await handle.sync()
        } finally {
          await handle.close()
        }
        return true
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
        throw failed(path, name, 'made', cause)
      }
    },
    remove: (name) => rm(join(folder, name), { force: true }),
    path: async (name) => join(folder, name),
    close: async () => undefined,
  }
}

function isPart(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.part')
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isPart(name)) continue
    const path = join(folder, name)
    const written = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
    if (Date.now() - written > ABANDONED) await rm(path, { force: true })
  }
}

/** Makes the rename itself last; some systems have no way to, and need none. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    return
  }
}

function failed(place: string, name: string, what: string, cause: unknown): DataError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
  return new DataError({
    where: join(place, name),
    got: `a file that cannot be ${what} (${code})`,
    expected: 'a folder that can be read and written',
    remedy:
      code === 'ENOSPC'
        ? 'The disk is full: make room, and give the same command again; what is done is kept.'
        : 'Check the folder and the disk, and give the same command again; what is done is kept.',
    cause,
  })
}
