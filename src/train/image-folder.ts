/**
 * Labelled pictures as a folder: one folder inside for each class, named after it.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../contract/errors.ts'

/** Pictures and their classes. */
export interface ImageFolder {
  /** Names of the folders, sorted. */
  readonly classNames: readonly string[]
  /** Paths, class by class, sorted within. */
  readonly files: readonly string[]
  /** (files) indices into `classNames`. */
  readonly labels: readonly number[]
}

const ENDINGS = /\.(jpe?g|png|webp|avif|gif|tiff?|bmp)$/i

/** Lists the pictures; hidden files and files of other kinds are passed over. Rejects with a DataError for a folder that is missing or has fewer than two classes. */
export async function listImageFolder(folder: string): Promise<ImageFolder> {
  const entries = await visibleEntries(folder)
  const classNames = entries.filter((one) => one.isDirectory()).map(({ name }) => name)
  if (classNames.length === 0) {
    const pictures = entries.filter(({ name }) => ENDINGS.test(name)).length
    throw unlabelled(
      folder,
      pictures > 0 ? `${pictures} pictures without classes` : 'a folder without folders in it',
    )
  }
  const files: string[] = []
  const labels: number[] = []
  const found: string[] = []
  for (const name of classNames) {
    const inside = await visibleEntries(join(folder, name))
    const own = inside.filter((one) => !one.isDirectory() && ENDINGS.test(one.name))
    if (own.length === 0) continue
    for (const one of own) {
      files.push(join(folder, name, one.name))
      labels.push(found.length)
    }
    found.push(name)
  }
  if (found.length >= 2) return { classNames: found, files, labels }
  throw unlabelled(
    folder,
    found.length === 0 ? 'no pictures' : `a single class with pictures, ${found[0]}`,
  )
}

async function visibleEntries(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (cause) {
    throw new DataError({
      where: folder,
      got: `a folder that cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`,
      expected: 'a folder of pictures',
      remedy: 'Check the path.',
      cause,
    })
  }
}

function unlabelled(folder: string, got: string): DataError {
  return new DataError({
    where: folder,
    got,
    expected: 'a folder for each of two or more classes, with pictures in it',
    remedy:
      'Sort the pictures into folders named after their classes: data/cat/1.jpg, data/dog/2.jpg.',
  })
}
