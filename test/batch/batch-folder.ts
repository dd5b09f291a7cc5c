/** What the tests of batches share: a table with its model, and results read back. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openFolderStore } from '../../src/batch/folder-store.ts'
import type { Manifest } from '../../src/batch/manifest.ts'
import { shardsAmong } from '../../src/batch/manifest.ts'
import { shardName } from '../../src/batch/shard-file.ts'
import { openParquet } from '../../src/data/stream-parquet.ts'

const demo = fileURLToPath(new URL('../../demo', import.meta.url))

/** Gradient-boosted trees of 30 columns, and the data that they were trained on. */
export const model = join(demo, 'breast-cancer.onnx')
export const training = join(demo, 'breast-cancer.csv')

/** An empty folder. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sodalime-batch-test-'))
}

/** Lines of the training data: the names, and `rows` rows. */
export function tableLines(rows: number): string[] {
  return readFileSync(training, 'utf8')
    .split('\n')
    .slice(0, rows + 1)
}

/** The bytes of all shards, as hexadecimal text by name. */
export function shardBytes(out: string): { [name: string]: string } {
  const names = readdirSync(out).filter((name) => name.startsWith('part-'))
  return Object.fromEntries(
    names.sort().map((name) => [name, readFileSync(join(out, name), 'hex' as 'utf8')]),
  )
}

export function manifestOf(out: string): Manifest {
  return JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest
}

/** All rows of results, in order. */
export async function resultRows(out: string): Promise<{ [column: string]: unknown }[]> {
  const store = await openFolderStore(out)
  const rows: { [column: string]: unknown }[] = []
  for (const shard of shardsAmong(await store.list())) {
    const file = await openParquet(join(out, `${shardName(shard)}.parquet`))
    for await (const chunk of file.read()) {
      for (const row of chunk) {
        rows.push(Object.fromEntries(file.columnNames.map((name, c) => [name, row[c]])))
      }
    }
    await file.close()
  }
  return rows
}
