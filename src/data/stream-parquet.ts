/**
 * The rows of a Parquet file of any size, some thousand at a time.
 *
 * Row groups are read one after the other, and large ones (a million rows are pyarrow's default) in windows of rows: the
 * pages before a window are skipped without being decoded.
 */
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { DataError } from '../contract/errors.ts'
import { unreadable } from './bytes.ts'
import { checkParquetFrame, loadParquet } from './parquet.ts'

/** A Parquet file that is open. */
export interface ParquetStream {
  readonly columnNames: readonly string[]
  readonly rows: number
  /** Key-value metadata of the footer. */
  readonly metadata: { readonly [key: string]: string }
  /** Rows as lists of raw values in the order of `columns` (default: all), some thousand at a time. */
  readonly read: (columns?: readonly string[]) => AsyncGenerator<unknown[][]>
  readonly close: () => Promise<void>
}

/** Rows that are decoded at once. */
const WINDOW = 8192

/** Opens a Parquet file. Throws a DataError for a file that is not one, or cut off. */
export async function openParquet(path: string): Promise<ParquetStream> {
  let handle: FileHandle
  try {
    handle = await open(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  try {
    return await openHandle(handle, path)
  } catch (cause) {
    await handle.close()
    throw cause instanceof DataError ? cause : damaged(path, cause)
  }
}

async function openHandle(handle: FileHandle, path: string): Promise<ParquetStream> {
  const { parquet, compressors } = await loadParquet()
  const byteLength = (await handle.stat()).size
  const bytes = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
    const buffer = new ArrayBuffer(end - start)
    let got = 0
    while (got < buffer.byteLength) {
      const { bytesRead } = await handle.read(
        new Uint8Array(buffer, got),
        0,
        undefined,
        start + got,
      )
      if (bytesRead === 0) throw new Error(`the file ends at byte ${start + got}`)
      got += bytesRead
    }
    return buffer
  }
  const ends = Math.min(byteLength, 12)
  const frame = new Uint8Array(2 * ends)
  frame.set(new Uint8Array(await bytes(0, ends)))
  frame.set(new Uint8Array(await bytes(byteLength - ends)), ends)
  checkParquetFrame(byteLength < 12 ? frame.subarray(0, ends) : frame, path)
  const file = { byteLength, slice: (start: number, end?: number) => bytes(start, end) }
  const metadata = await parquet.parquetMetadataAsync(file)
  const columnNames = parquet.parquetSchema(metadata).children.map(({ element }) => element.name)
  const pairs = metadata.key_value_metadata ?? []
  return {
    columnNames,
    rows: Number(metadata.num_rows),
    metadata: Object.fromEntries(pairs.map(({ key, value }) => [key, value ?? ''])),
    read: async function* (columns) {
      let groupStart = 0
      for (const { num_rows } of metadata.row_groups) {
        const groupEnd = groupStart + Number(num_rows)
        for (let from = groupStart; from < groupEnd; from += WINDOW) {
          let rows: unknown[][] = []
          try {
            await parquet.parquetRead({
              file,
              metadata,
              compressors,
              ...(columns !== undefined && { columns: [...columns] }),
              rowStart: from,
              rowEnd: Math.min(groupEnd, from + WINDOW),
              useOffsetIndex: true,
              onComplete: (complete: unknown[][]) => {
                rows = complete
              },
            })
          } catch (cause) {
            throw damaged(`${path}, rows ${from} and on`, cause)
          }
          yield rows
        }
        groupStart = groupEnd
      }
    },
    close: () => handle.close(),
  }
}

function damaged(where: string, cause: unknown): DataError {
  return new DataError({
    where,
    got: `a Parquet file that cannot be read (${(cause as Error).message})`,
    expected: 'a whole Parquet file',
    remedy: 'Check that it was written to the end.',
    cause,
  })
}
