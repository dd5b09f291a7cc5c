/**
 * Faults of the kind that end batches, in small; `npm run -s bench -- faults` does them at length. Killed workers,
 * coordinators and Redis are in queue.test.ts.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { callCli } from '../cli/run-cli.ts'
import { serve, type TestServer } from '../models/http/test-server.ts'
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
writeFileSync(input, `${tableLines(24).join('\n')}\n`)

const command = (out: string, ...more: string[]) => [
  ...['batch', 'tabular', '--data', training, '--target', 'diagnosis', '--input', input],
  ...['--out', out, '--num-samples', '60', '--shard-size', '4', '--workers', '1', '-q', ...more],
]

describe('a model server that fails a third of its calls', () => {
  const servers: TestServer[] = []
  afterAll(() => Promise.all(servers.map((server) => server.close())))

  /** A logistic model of two columns; every third request fails where `failing`. */
  const start = async (failing: boolean): Promise<TestServer> => {
    const server = await serve(({ body, index }) => {
      if (failing && index % 3 === 1) return { status: 503, json: { error: 'overloaded' } }
      const rows = (body as { inputs: number[][] }).inputs
      const outputs = rows.map((row) => {
        const p = 1 / (1 + Math.exp(-(row[0]! - 14) / 3 - (row[1]! - 19) / 9))
        return [1 - p, p]
      })
      return { json: { outputs } }
    })
    servers.push(server)
    return server
  }

  it('leaves the same results as one that never fails', async () => {
    const outs: string[] = []
    for (const failing of [false, true]) {
      const { url } = await start(failing)
      const out = join(folder, `server-${failing}`)
      outs.push(out)
      const server = ['--model', `json:${url}`, '--request', '{"inputs": "{{batch}}"}']
      const { code, stderr } = await callCli(command(out, ...server, '--mode', 'classification'))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(manifestOf(out).counts).toMatchObject({ instances: 24, failed: 0 })
    }
    const weights = (out: string) =>
      Object.fromEntries(
        Object.entries(shardBytes(out)).map(([name, bytes]) => [
          name,
          // The batch's id differs, since the servers' addresses do.
          bytes.replaceAll(Buffer.from(manifestOf(out).id).toString('hex'), ''),
        ]),
      )
    expect(weights(outs[1]!)).toEqual(weights(outs[0]!))
    expect(servers[1]!.seen.length).toBeGreaterThan(servers[0]!.seen.length)
  })
})

describe('--retry-failed', () => {
  it('does the files with failed instances again, and no others', async () => {
    const lines = tableLines(12)
    const MARK = 4321
    lines[7] = lines[7]!.replace(/^[^,]*/, String(MARK))
    const marked = join(folder, 'marked.csv')
    writeFileSync(marked, `${lines.join('\n')}\n`)
    let broken = true
    const server = await serve(({ body }) => {
      const { inputs } = body as { inputs: number[][] }
      if (broken && inputs.some(([first]) => first === MARK)) {
        return { status: 500, json: { error: 'cannot do that one' } }
      }
      return { json: { outputs: inputs.map(([first]) => [1 - first! / 5000, first! / 5000]) } }
    })
    const args = (out: string, ...more: string[]) => [
      ...command(out, '--model', `json:${server.url}`, '--request', '{"inputs": "{{batch}}"}'),
      ...['--mode', 'classification', '--retries', '0', '--input', marked, ...more],
    ]
    try {
      const out = join(folder, 'retried')
      expect(await callCli(args(out))).toMatchObject({ code: 0 })
      expect(manifestOf(out).counts).toMatchObject({ instances: 12, failed: 1 })
      const failed = (await resultRows(out))[6]!
      expect(failed).toMatchObject({ index: 6, error_code: 'predictor' })
      const first = shardBytes(out)

      broken = false
      let calls = server.seen.length
      expect(await callCli(args(out))).toMatchObject({ code: 0 })
      expect(shardBytes(out)).toEqual(first)
      expect(manifestOf(out).counts).toMatchObject({ failed: 1 })
      const opening = server.seen.length - calls

      calls = server.seen.length
      expect(await callCli(args(out, '--retry-failed'))).toMatchObject({ code: 0 })
      expect(server.seen.length - calls).toBeGreaterThan(opening)
      expect(manifestOf(out)).toMatchObject({
        state: 'done',
        counts: { instances: 12, failed: 0 },
        failures: [],
      })
      const { 'part-000001.parquet': retried, ...others } = shardBytes(out)
      const { 'part-000001.parquet': before, ...kept } = first
      expect(others).toEqual(kept)
      expect(retried).not.toBe(before)

      const never = join(folder, 'never-failed')
      expect(await callCli(args(never))).toMatchObject({ code: 0 })
      expect(shardBytes(out)).toEqual(shardBytes(never))
    } finally {
      await server.close()
    }
  })
})

describe('a disk that is full', () => {
  const disk = emptyFolder()
  const mounted =
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0
  afterAll(() => {
    if (mounted) spawnSync('umount', [disk])
  })

  it('ends the batch with a clear error, and the same command goes on when there is room', async (context) => {
    if (!mounted) return context.skip('a small file system cannot be mounted here (it needs root)')
    const reference = join(folder, 'roomy')
    const onnx = ['--model', model]
    expect((await callCli(command(reference, ...onnx))).code).toBe(0)
    const out = join(disk, 'results')
    const full = await callCli(command(out, ...onnx))
    expect(full.code).toBe(3)
    expect(full.stderr).toContain('The disk is full: make room, and give the same command again')
    spawnSync('mount', ['-o', 'remount,size=8m', disk])
    const { code, stderr } = await callCli(command(out, ...onnx))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(shardBytes(out)).toEqual(shardBytes(reference))
  })
})
