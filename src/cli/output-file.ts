/**
 * Files that are whole or not there: written beside their place under another name, then moved.
 */
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { OptionError } from '../contract/errors.ts'

/**
 * Throws an OptionError unless a file can be put at `path`: its folder exists, and it is no folder itself. Called before
 * the work begins, so that minutes of it are not lost to a misspelt path. `flag` is the option the message speaks of.
 */
export async function checkOutputPath(path: string, flag: string): Promise<void> {
  const folder = dirname(path)
  const [there, above] = await Promise.all([kindOf(path), kindOf(folder)])
  if (path === '' || there === 'folder') {
    throw new OptionError({
      where: flag,
      got: path === '' ? 'an empty path' : `${path}, which is a folder`,
      expected: 'the path of a file to write',
      remedy: 'Add a file name.',
    })
  }
  if (above !== 'folder') {
    throw new OptionError({
      where: flag,
      got: path,
      expected: 'a path in a folder that exists',
      remedy: `Make the folder first: mkdir -p ${JSON.stringify(folder)}`,
    })
  }
}

/** Writes a file whole, or leaves what was there before. Throws an OptionError where the file system refuses. */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  flag: string,
): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`)
  try {
    await writeFile(beside, content)
    await rename(beside, path)
  } catch (cause) {
    await rm(beside, { force: true })
    throw new OptionError({
      where: flag,
      got: `${path}, which cannot be written (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`,
      expected: 'a path that may be written',
      remedy: 'Check the permissions of the folder and the room on the disk.',
      cause,
    })
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return 'nothing'
  }
}
