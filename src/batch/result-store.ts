/**
 * Where results go: a folder, or a bucket of S3-compatible storage. A file is there whole or not at all.
 */
import { OptionError } from '../contract/errors.ts'
import { openFolderStore } from './folder-store.ts'

/** Named files. */
export interface ResultStore {
  /** As a person knows it: a path or an s3:// address. */
  readonly place: string
  /** Names of all files, in no order. */
  readonly list: () => Promise<string[]>
  /** The bytes of a file; undefined where it is not there. */
  readonly read: (name: string) => Promise<Uint8Array | undefined>
  /** The last bytes of a file, at most `most`; undefined where it is not there. */
  readonly tail: (name: string, most: number) => Promise<Uint8Array | undefined>
  /** Writes a file whole: nobody ever sees a part of it, and it survives a loss of power. */
  readonly write: (name: string, bytes: Uint8Array) => Promise<void>
  /** Makes a file unless it is there; false where it is. */
  readonly create: (name: string, bytes: Uint8Array) => Promise<boolean>
  readonly remove: (name: string) => Promise<void>
  /** The path of a file for readers that want one; it may be a copy. */
  readonly path: (name: string) => Promise<string>
  readonly close: () => Promise<void>
}

/** Opens `s3://bucket/prefix`, or a folder, which is made where it is not there. Throws an OptionError for a place that cannot be used. */
export async function openResultStore(place: string): Promise<ResultStore> {
  if (place.startsWith('s3://')) return (await import('./s3-store.ts')).openS3Store(place)
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) {
    throw new OptionError({
      where: '--out',
      got: place,
      expected: 'a folder, or s3://bucket/prefix',
      remedy: 'Other storage that speaks S3 is reached by s3:// and AWS_ENDPOINT_URL.',
    })
  }
  return openFolderStore(place)
}
