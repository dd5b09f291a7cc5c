import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/contract/errors.ts'
import { parseCsv } from '../../src/data/csv.ts'
import { parseJsonLines } from '../../src/data/json-lines.ts'
import { parseParquet } from '../../src/data/parquet.ts'
import { readTable } from '../../src/data/read-table.ts'
import { hasSharedData, sharedFile } from './shared-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'sodalime-table-'))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('readTable', () => {
  it('reads CSV and TSV by their endings', async () => {
    expect((await readTable(file('a.csv', 'a,b\n1,x\n'))).rows).toEqual([[1, 'x']])
    expect((await readTable(file('a.tsv', 'a\tb\n1,5\tx\n'))).rows).toEqual([['1,5', 'x']])
  })

  it.each([
    ['utf-16le', Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x0a, 0, 0xe9, 0, 0x0a, 0)],
    ['utf-16be', Uint8Array.of(0xfe, 0xff, 0, 0x61, 0, 0x0a, 0, 0xe9, 0, 0x0a)],
  ])('reads %s by its mark', async (name, bytes) => {
    const table = await readTable(file(`${name}.csv`, bytes))
    expect(table.columnNames).toEqual(['a'])
    expect(table.rows).toEqual([['é']])
  })

  it('asks for the encoding of a file that is not UTF-8, and reads it when told', async () => {
    const path = file('latin.csv', Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a))
    await expect(readTable(path)).rejects.toThrow(/not UTF-8.*latin1/)
    expect((await readTable(path, { encoding: 'latin1' })).rows).toEqual([['é']])
    await expect(readTable(path, { encoding: 'latin99' })).rejects.toThrow(/encoding/)
  })

  it.each([
    ['missing.csv', /no such file/],
    ['', /a folder/],
    ['picture.jpg', /ends with \.jpg/],
  ])('refuses %j', async (name, message) => {
    const path = name === 'picture.jpg' ? file(name, 'x') : join(folder, name)
    const reading = readTable(path === folder ? `${folder}/.` : path)
    await expect(reading).rejects.toBeInstanceOf(DataError)
    await expect(reading).rejects.toThrow(message)
  })

  it('refuses binary data that is called CSV', async () => {
    const path = file(
      'binary.csv',
      Uint8Array.from({ length: 300 }, (_, index) => index % 256),
    )
    await expect(readTable(path)).rejects.toThrow(/binary data/)
  })

  it.skipIf(!hasSharedData)(
    'reads adult.csv, which has no names and ? with a blank before it',
    async () => {
      const table = await readTable(sharedFile('tabular/adult.csv'))
      expect([table.rows.length, table.columnNames.length, table.naming]).toEqual([
        32561,
        15,
        'numbered',
      ])
      // Counted by grep -o ' ?' in the file.
      expect(table.rows.flat().filter((value) => value === null)).toHaveLength(4262)
      expect(table.rows[0]!.slice(0, 2)).toEqual([39, 'State-gov'])
    },
  )

  it.skipIf(!hasSharedData)(
    'reads california_housing.csv with its 207 missing values',
    async () => {
      const table = await readTable(sharedFile('tabular/california_housing.csv'))
      expect(table.rows).toHaveLength(20640)
      expect(table.types.filter((type) => type === 'category')).toHaveLength(1)
      expect(table.rows.flat().filter((value) => value === null)).toHaveLength(207)
    },
  )

  it.skipIf(!hasSharedData)("reads scikit-learn's iris.csv with its class names", async () => {
    const table = await readTable(sharedFile('tabular/iris.csv'))
    expect(table.rows).toHaveLength(150)
    expect(table.targetNames).toEqual(['setosa', 'versicolor', 'virginica'])
  })
})

describe('parseParquet', () => {
  const bytes = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'whole', data: [1n, null, 3n], type: 'INT64' },
        { name: 'real', data: [0.5, Number.NaN, 1.5], type: 'DOUBLE' },
        { name: 'text', data: ['a', null, 'b'], type: 'STRING' },
        { name: 'flag', data: [true, false, null], type: 'BOOLEAN' },
        { name: 'day', data: [new Date(0), null, new Date(1000)], type: 'TIMESTAMP' },
      ],
    }),
  )

  it('reads integers of 64 bits as numbers, dates as text, and nothing as missing', async () => {
    const table = await parseParquet(bytes)
    expect(table.columnNames).toEqual(['whole', 'real', 'text', 'flag', 'day'])
    expect(table.types).toEqual(['number', 'number', 'category', 'category', 'category'])
    expect(table.rows).toEqual([
      [1, 0.5, 'a', true, '1970-01-01T00:00:00.000Z'],
      [null, null, null, false, null],
      [3, 1.5, 'b', null, '1970-01-01T00:00:01.000Z'],
    ])
  })

  it('refuses integers that no number holds exactly', async () => {
    const unsafe = parquetWriteBuffer({
      columnData: [{ name: 'id', data: [2n ** 60n + 1n], type: 'INT64' }],
    })
    await expect(parseParquet(new Uint8Array(unsafe), { name: 'x.parquet' })).rejects.toThrow(
      /x\.parquet, row 0, column "id": got the integer 1152921504606846977/,
    )
  })

  it.each([
    ['empty', () => new Uint8Array(0), /an empty file/],
    ['cut off', () => bytes.subarray(0, bytes.length - 10), /cut off/],
    ['no Parquet', () => new TextEncoder().encode('a,b\n1,2\n and more'), /no Parquet file/],
    [
      'damaged',
      () => bytes.map((byte, i) => (i > 3 && i < bytes.length - 4 ? 255 - byte : byte)),
      /cannot be read/,
    ],
  ])('refuses a file that is %s', async (_, make, message) => {
    const reading = parseParquet(make())
    await expect(reading).rejects.toBeInstanceOf(DataError)
    await expect(reading).rejects.toThrow(message)
  })
})

describe('parseJsonLines', () => {
  it('reads objects line by line, or in one array, with columns that only some have', () => {
    const rows = [
      [1, null],
      [2, 'x'],
    ]
    expect(parseJsonLines('{"a":1}\n\n{"a":2,"b":"x"}\n').rows).toEqual(rows)
    expect(parseJsonLines('[{"a":1},{"a":2,"b":"x"}]').rows).toEqual(rows)
  })

  it.each([
    ['{"a":1}\n{"a":', /x\.jsonl, line 2: got text that is no JSON/],
    ['[1]', /item 0: got 1/],
    ['', /no rows/],
    ['{"a":[1]}', /line 1, "a": got a list/],
  ])('refuses %j', (text, message) => {
    expect(() => parseJsonLines(text, { name: 'x.jsonl' })).toThrow(message)
    expect(() => parseJsonLines(text, { name: 'x.jsonl' })).toThrow(DataError)
  })

  it('converts columns to the types that the caller names', () => {
    const table = parseJsonLines('{"a":1,"b":"2"}', { types: { a: 'category', b: 'number' } })
    expect(table.rows).toEqual([['1', 2]])
  })
})

describe('columns that are called as something that every object has', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('reads %s', async (name) => {
    const csv = parseCsv(`${name},b\nx,1\ny,2\n`)
    expect([csv.columnNames, csv.types]).toEqual([
      [name, 'b'],
      ['category', 'number'],
    ])
    const json = parseJsonLines(`{"${name}": "x", "b": 1}\n{"${name}": "y", "b": 2}\n`)
    expect([json.columnNames, json.types, json.rows[1]]).toEqual([
      [name, 'b'],
      ['category', 'number'],
      ['y', 2],
    ])
  })
})
