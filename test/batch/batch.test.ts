import { readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readTable } from '../../src/data/read-table.ts'
import { dropColumns } from '../../src/data/table.ts'
import { derive, RandomState, TabularExplainer } from '../../src/index.ts'
import { loadOnnx } from '../../src/models/onnx.ts'
import { callCli, runCli } from '../cli/run-cli.ts'
import {
  emptyFolder,
  manifestOf,
  model,
  resultRows,
  shardBytes,
  tableLines,
  training,
} from './batch-folder.ts'

// Batches start workers, which takes long on a machine that is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const folder = emptyFolder()
const input = join(folder, 'rows.csv')
writeFileSync(input, `${tableLines(60).join('\n')}\n`)

const command = (out: string, ...more: string[]) => [
  ...['batch', 'tabular', '--model', model, '--data', training, '--target', 'diagnosis'],
  ...['--input', input, '--out', out, '--num-samples', '100', '--shard-size', '16'],
  ...more,
]

const reference = join(folder, 'reference')

beforeAll(async () => {
  const { code, stderr } = await callCli(command(reference, '--workers', '1', '--json-lines'))
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
})

describe('sodalime batch tabular', () => {
  it('writes one row for each instance, in order, and a manifest that counts them', async () => {
    const rows = await resultRows(reference)
    expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: 60 }, (_, i) => i))
    expect(rows.every(({ error }) => error === null || error === undefined)).toBe(true)
    const { state, counts, identity } = manifestOf(reference)
    expect({ state, counts }).toEqual({
      state: 'done',
      counts: { shards: 4, instances: 60, rows: 60, failed: 0 },
    })
    expect(identity.plan.model.hash).toMatch(/^[0-9a-f]{64}$/)
    const [first] = rows
    const list = first!.weights as { feature: string; column: string; weight: number }[]
    expect(list).toHaveLength(10)
    expect(first!.feature_1).toBe(list[0]!.feature)
    expect(first!.weight_1).toBe(list[0]!.weight)
    expect(list[0]!.feature).toContain(list[0]!.column)
  })

  it('explains a row as explain does with the same seed', async () => {
    const table = dropColumns(await readTable(training), ['diagnosis'])
    const onnx = await loadOnnx(model, { threads: 1 })
    const explainer = new TabularExplainer(table.rows, {
      featureNames: table.columnNames,
      randomState: 0,
    })
    const explanation = await explainer.explain(table.rows[17]!, onnx, {
      sampling: 'lime',
      numSamples: 100,
    })
    await onnx.close()
    const row = (await resultRows(reference))[17]!
    const list = row.weights as { feature: string; weight: number }[]
    expect(list.map(({ feature, weight }) => [feature, weight])).toEqual(explanation.asList())
    expect(row.intercept).toBe(explanation.labels[0]!.intercept)
  })

  it('writes whole explanations without times as JSON lines', () => {
    const lines = readFileSync(join(reference, 'part-000001.jsonl'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(16)
    const { index, explanation } = JSON.parse(lines[0]!)
    expect(index).toBe(16)
    expect(explanation.schema).toBe('sodalime/explanation@1')
    expect(Object.keys(explanation.diagnostics)).not.toContain('seconds')
  })

  it('gives the same bytes by two workers, and by processes', async () => {
    for (const more of [
      ['--workers', '2'],
      ['--workers', '2', '--isolate', 'processes'],
    ]) {
      const out = join(folder, `same${more.length}`)
      expect((await callCli(command(out, '--json-lines', ...more))).code).toBe(0)
      expect(shardBytes(out)).toEqual(shardBytes(reference))
    }
  })

  it('does only what is missing when the command is given again, and gives the same bytes', async () => {
    const out = join(folder, 'resumed')
    await callCli(command(out, '--workers', '1', '--json-lines'))
    for (const shard of [1, 3]) {
      rmSync(join(out, `part-00000${shard}.parquet`))
      rmSync(join(out, `part-00000${shard}.jsonl`))
    }
    // A shard that was cut off counts as missing.
    truncateSync(join(out, 'part-000002.parquet'), 1000)
    const { code, stdout } = await callCli(command(out, '--workers', '1', '--json-lines'))
    expect(code).toBe(0)
    expect(stdout).toContain('16 of them by earlier runs')
    expect(shardBytes(out)).toEqual(shardBytes(reference))
  })

  it('goes on after Ctrl-C', async () => {
    const out = join(folder, 'interrupted')
    const args = command(out, '--workers', '1', '--progress', 'json', '--json-lines')
    const slow = args.map((word) => (word === '100' ? '20000' : word))
    const first = await runCli(slow, { interrupt: { until: /"state"/, after: [0] } })
    expect(first.code).toBe(130)
    expect(manifestOf(out).state).toBe('stopped')
    const changed = await callCli(args)
    expect(changed.code).toBe(2)
    expect(changed.stderr).toContain('call.numSamples was 20000 and is 100')
  })

  it('refuses to mix results of other options, models and inputs', async () => {
    const out = join(folder, 'mixed')
    await callCli(command(out, '--workers', '1'))
    const seeded = await callCli(command(out, '--workers', '1', '--seed', '2'))
    expect(seeded.code).toBe(2)
    expect(seeded.stderr).toContain('seed was 0 and is 2')
    const before = shardBytes(out)
    const moved = join(folder, 'moved.csv')
    writeFileSync(moved, `${tableLines(61).join('\n')}\n`)
    const other = command(out, '--workers', '1').map((word) => (word === input ? moved : word))
    const changed = await callCli(other)
    expect(changed.code).toBe(3)
    expect(changed.stderr).toMatch(/another size, modified, hash|another .*size/)
    writeFileSync(moved, readFileSync(input))
    utimesSync(moved, new Date(0), new Date(0))
    const touched = await callCli(other)
    expect(touched.stderr).toContain('another modified')
    expect(shardBytes(out)).toEqual(before)
  })

  it('refuses a folder that holds something else', async () => {
    const out = emptyFolder()
    writeFileSync(join(out, 'thesis.txt'), 'mine')
    const { code, stderr } = await callCli(command(out))
    expect(code).toBe(2)
    expect(stderr).toContain('which holds something else (thesis.txt)')
    expect(readFileSync(join(out, 'thesis.txt'), 'utf8')).toBe('mine')
  })

  it('refuses a folder that another batch is at work in, and takes over from one that is gone', async () => {
    const out = emptyFolder()
    const lock = (pid: number, beat: number, host = hostname()) =>
      writeFileSync(
        join(out, 'lock.json'),
        JSON.stringify({ owner: 'x', host, pid, began: null, beat }),
      )
    lock(process.pid, Date.now())
    const held = await callCli(command(out))
    expect(held.code).toBe(2)
    expect(held.stderr).toContain(`where another batch is at work (process ${process.pid} on`)
    lock(2 ** 22 + 1, Date.now())
    expect((await callCli(command(out, '--workers', '1'))).code).toBe(0)
    lock(process.pid, Date.now(), 'elsewhere')
    expect((await callCli(command(out, '--workers', '1'))).code).toBe(2)
    lock(process.pid, Date.now() - 61_000, 'elsewhere')
    expect((await callCli(command(out, '--workers', '1'))).code).toBe(0)
  })

  it('makes a row with its error of an instance that cannot be used, and goes on', async () => {
    const lines = tableLines(40)
    lines[8] = 'no,such,row'
    lines[20] = lines[20]!.replace(/^[^,]*/, 'large')
    const bad = join(folder, 'bad.csv')
    writeFileSync(bad, `${lines.join('\n')}\n`)
    const out = join(folder, 'bad')
    const args = command(out, '--workers', '1').map((word) => (word === input ? bad : word))
    const { code, stdout } = await callCli(args)
    expect(code).toBe(0)
    expect(stdout).toContain('2 failed:')
    const rows = await resultRows(out)
    expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(rows[7]!.error).toContain('3 cells')
    expect(rows[19]!.error).toContain('got "large", expected a finite number')
    expect(rows.filter(({ error_code }) => error_code === 'data')).toHaveLength(2)
    const { counts, failures } = manifestOf(out)
    expect(counts!.failed).toBe(2)
    expect(failures.map(({ index }) => index)).toEqual([7, 19])
    const strict = await callCli([...args, '--max-errors', '1'])
    expect(strict.code).toBe(3)
    expect(strict.stderr).toContain('--max-errors: got 2 instances that failed (instance 7')
    expect((await callCli([...args, '--max-errors', '2'])).code).toBe(0)
  })

  it('reads JSON lines and Parquet to the same results', async () => {
    const table = await readTable(input)
    const lines = table.rows.map((row) =>
      JSON.stringify(Object.fromEntries(table.columnNames.map((name, c) => [name, row[c]]))),
    )
    const json = join(folder, 'rows.jsonl')
    writeFileSync(json, `${lines.join('\n')}\n`)
    const parquet = join(folder, 'rows.parquet')
    const columnData = table.columnNames.map((name, c) => ({
      name,
      data: table.rows.map((row) => row[c]),
    }))
    writeFileSync(parquet, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 7 })))
    const expected = await resultRows(reference)
    for (const file of [json, parquet]) {
      const out = `${file}-results`
      const args = command(out, '--workers', '1').map((word) => (word === input ? file : word))
      expect((await callCli(args)).code).toBe(0)
      expect(await resultRows(out)).toEqual(expected)
    }
    const broken = join(folder, 'broken.jsonl')
    writeFileSync(broken, `${[lines[0], '{"mean radius": 1}', '{"cut', lines[1]].join('\n')}\n`)
    const out = join(folder, 'broken')
    await callCli(command(out, '--workers', '1').map((word) => (word === input ? broken : word)))
    expect((await resultRows(out)).map(({ error_code }) => error_code ?? null)).toEqual([
      null,
      'data',
      'data',
      null,
    ])
    truncateSync(parquet, 5000)
    const cut = await callCli(
      command(join(folder, 'cut')).map((word) => (word === input ? parquet : word)),
    )
    expect(cut.code).toBe(3)
    expect(cut.stderr).toContain('a Parquet file that was cut off')
  })

  it('draws anew for each instance, from the seed and its index, with --draws own', async () => {
    const out = join(folder, 'own')
    await callCli(command(out, '--workers', '2', '--draws', 'own'))
    const table = dropColumns(await readTable(training), ['diagnosis'])
    const onnx = await loadOnnx(model, { threads: 1 })
    const explainer = new TabularExplainer(table.rows, {
      featureNames: table.columnNames,
      randomState: 0,
    })
    const saved = explainer.toJSON()
    const rows = await resultRows(out)
    for (const index of [0, 17, 59]) {
      const own = new TabularExplainer(saved, { randomState: derive(0, index) })
      const explanation = await own.explain(table.rows[index]!, onnx, {
        sampling: 'lime',
        numSamples: 100,
      })
      const list = rows[index]!.weights as { feature: string; weight: number }[]
      expect(list.map(({ feature, weight }) => [feature, weight])).toEqual(explanation.asList())
    }
    await onnx.close()
  })

  it('reports progress as JSON and as metrics', async () => {
    const out = join(folder, 'reported')
    const metrics = join(folder, 'batch.prom')
    const { stderr } = await callCli(
      command(out, '--workers', '1', '--progress', 'json', '--metrics', metrics),
    )
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.at(-1)).toMatchObject({ state: 'done', instances: 60, failed: 0, total: 60 })
    const text = readFileSync(metrics, 'utf8')
    expect(text).toMatch(/^sodalime_batch_instances_total\{batch="[0-9a-f]+"\} 60$/m)
    expect(text).toMatch(/^# TYPE sodalime_batch_failed_instances_total counter$/m)
  })
})

describe('RandomState.setState', () => {
  it('goes on where the other stands, gaussian in hand included', () => {
    const other = new RandomState(5)
    other.normal()
    const stream = new RandomState(0)
    stream.setState(other)
    expect(stream.toJSON()).toEqual(other.toJSON())
    expect(stream.normal()).toBe(other.clone().normal())
  })
})
