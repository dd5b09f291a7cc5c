/**
 * Files that are dropped into the page: received within bounds of size, number and time, kept in a folder of their own
 * until the server closes.
 *
 * A file's name is shown and tells by its ending how it is read; it is never part of a path.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError } from '../contract/errors.ts'
import { extensionOf } from '../data/bytes.ts'
import { openModel } from '../models/open.ts'
import {
  type DataContent,
  LIMITS,
  PICTURE_ENDINGS,
  type PictureSource,
  pictures,
  readData,
  type Workbench,
} from '../workbench/index.ts'
import { checkBytes, decodePicture, readers } from './given-files.ts'

/** Endings of models that are one file. */
const MODEL_ENDINGS = ['.onnx', '.h5', '.hdf5', '.keras']

/** Milliseconds without a byte, and for a whole file. */
const LONGEST_SILENCE = 30_000
const LONGEST = 600_000

/** What became of a dropped file. */
export interface Dropped {
  readonly model?: string
  readonly data?: string
}

/** Receives files. */
export class Uploads {
  readonly #workbench: Workbench
  #folder: Promise<string> | undefined
  #count = 0
  #bytes = 0

  constructor(workbench: Workbench) {
    this.#workbench = workbench
  }

  /**
   * Receives one file and brings it onto the workbench. Pictures of the same `batch` become one data set. Rejects with a
   * DataError for what is too large, too many or too slow, and with what is wrong with the file.
   */
  async receive(request: Request, name: string, batch: string | undefined): Promise<Dropped> {
    const ending = extensionOf(name)
    const isModel = MODEL_ENDINGS.includes(ending)
    const isPicture = PICTURE_ENDINGS.includes(ending)
    const { modelBytes, imageBytes, dataBytes } = LIMITS
    const most = isModel ? modelBytes : isPicture ? imageBytes : dataBytes
    checkBytes(name, Number(request.headers.get('content-length') ?? 0), most)
    if (this.#count >= LIMITS.files) {
      throw refused(name, `more than ${LIMITS.files} files`, 'Start the studio again.')
    }
    this.#count++
    const number = this.#count
    const folder = await this.#makeFolder()
    const safe = /^\.[a-z0-9]{1,8}$/.test(ending) ? ending : ''
    const path = join(folder, `${number}${safe}`)
    try {
      const digest = await this.#write(request, path, name, most)
      if (isModel) return { model: await this.#addModel(path, name, digest) }
      return { data: await this.#addData(path, name, digest, isPicture ? batch : undefined) }
    } catch (error) {
      this.#count--
      await rm(path, { force: true })
      throw error
    }
  }

  /** Deletes all of them. */
  async close(): Promise<void> {
    const folder = await this.#folder?.catch(() => undefined)
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }

  #makeFolder(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'sodalime-studio-'))
    return this.#folder
  }

  /** Writes the body to a file; gives a digest of it. */
  async #write(request: Request, path: string, name: string, most: number): Promise<string> {
    const hash = createHash('sha256')
    const file = await open(path, 'wx', 0o600)
    const reader = request.body?.getReader()
    const ends = Date.now() + LONGEST
    let received = 0
    try {
      while (reader !== undefined) {
        const chunk = await inTime(
          reader.read(),
          Math.min(LONGEST_SILENCE, ends - Date.now()),
          name,
        )
        if (chunk.done) break
        received += chunk.value.length
        this.#bytes += chunk.value.length
        checkBytes(name, received, most)
        if (this.#bytes > LIMITS.totalBytes) {
          const remedy = 'Start the studio again, or give the files on the command line.'
          throw refused(name, `more than ${LIMITS.totalBytes / 1e6} MB in all`, remedy)
        }
        hash.update(chunk.value)
        await file.write(chunk.value)
      }
      return hash.digest('hex').slice(0, 12)
    } catch (error) {
      this.#bytes -= received
      await reader?.cancel().catch(() => {})
      throw error
    } finally {
      await file.close()
    }
  }

  async #addModel(path: string, name: string, digest: string): Promise<string> {
    const id = `dropped-${digest}`
    this.#workbench.addModel({
      ...{ id, name },
      source: name,
      origin: 'dropped',
      open: () => openModel(path, { preprocessing: false, defaults: IMAGE_DEFAULTS }),
    })
    try {
      await this.#workbench.open(id)
    } catch (error) {
      await this.#workbench.remove(id)
      throw error
    }
    return id
  }

  async #addData(
    path: string,
    name: string,
    digest: string,
    batch: string | undefined,
  ): Promise<string> {
    const one: DataContent =
      batch === undefined
        ? await readData(name, await readFile(path), readers)
        : pictures([pictureAt(path, name)])
    // A picture is looked at before it is taken.
    if (one.kind === 'image') await one.pictures[0]!.read(64)
    const id = `dropped-${batch ?? digest}`
    const before = batch === undefined ? undefined : this.#workbench.contentOf(id)
    const content =
      one.kind === 'image' && before?.kind === 'image'
        ? pictures([...before.pictures, ...one.pictures])
        : one
    const count = content.kind === 'image' ? content.pictures.length : 1
    this.#workbench.addData({
      id,
      name: count > 1 ? `${count} pictures` : name,
      source: name,
      origin: 'dropped',
      content,
    })
    return id
  }
}

/** Photos have every size: they are brought to the model's. */
export const IMAGE_DEFAULTS = { image: { resize: 'stretch' } } as const

function pictureAt(path: string, name: string): PictureSource {
  return { name, read: async (maxPixels) => decodePicture(await readFile(path), name, maxPixels) }
}

async function inTime<Result>(wait: Promise<Result>, most: number, name: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = refused(name, 'nothing more for too long', 'Drop it again.')
    timer = setTimeout(() => reject(error), Math.max(0, most))
  })
  try {
    return await Promise.race([wait, late])
  } finally {
    clearTimeout(timer)
  }
}

function refused(name: string, got: string, remedy: string): DataError {
  return new DataError({ where: name, got, expected: 'a file within the bounds', remedy })
}
