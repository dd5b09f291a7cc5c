import { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { openExplainer } from '../../src/batch/open-explainer.ts'
import { BATCH_PROTOCOL, type BatchPlan } from '../../src/batch/plan.ts'
import { runStdioWorker } from '../../src/batch/stdio-worker.ts'
import { parseExplanation } from '../../src/contract/schema.ts'
import { readTable } from '../../src/data/read-table.ts'
import { Explanation } from '../../src/index.ts'
import { runCli } from '../cli/run-cli.ts'
import { model, training } from './batch-folder.ts'

// Batches start workers, which takes long on a machine that is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const spam = new URL('../../demo/spam.onnx', import.meta.url).pathname

describe('sodalime worker --stdio', () => {
  it('answers rows in order, lists and objects alike, and wrong ones with their error', async () => {
    const table = await readTable(training)
    const rows = table.rows.slice(0, 3).map((row) => row.slice(0, 30))
    const names = table.columnNames.slice(0, 30)
    const object = Object.fromEntries(names.map((name, c) => [name, rows[1]![c]]))
    const lines = [
      JSON.stringify(rows[0]),
      JSON.stringify({ id: 'second', instance: object }),
      '[1, 2]',
      'no json',
      JSON.stringify({ ...object, [names[0]!]: 'large' }),
      JSON.stringify(rows[1]),
    ]
    const { code, stdout, stderr } = await runCli(
      [
        'worker',
        '--stdio',
        '--model',
        model,
        '--data',
        training,
        '--target',
        'diagnosis',
        '--num-samples',
        '100',
      ],
      { stdin: `${lines.join('\n')}\n` },
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(answers.map(({ index, id }) => [index, id])).toEqual([
      [0, '0'],
      [1, 'second'],
      [2, '2'],
      [3, '3'],
      [4, '4'],
      [5, '5'],
    ])
    expect(answers.map(({ error }) => error?.code ?? null)).toEqual([
      null,
      null,
      'data',
      'data',
      'data',
      null,
    ])
    expect(answers[2].error.message).toContain('30 values')
    expect(answers[5].explanation).toEqual(answers[1].explanation)
    expect(parseExplanation(answers[0].explanation)).toBeInstanceOf(Explanation)
  })

  it('explains texts', async () => {
    const { code, stdout } = await runCli(
      ['worker', '--stdio', 'text', '--model', spam, '--num-samples', '200'],
      { stdin: '"You have won a free prize"\n{"id": 7, "instance": "See you at lunch"}\n' },
    )
    expect(code).toBe(0)
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(first.explanation.domain).toBe('text')
    expect(second.id).toBe(7)
  })

  it('wants one of --stdio and --queue', async () => {
    const { code, stderr } = await runCli(['worker', '--model', model, '--data', training])
    expect(code).toBe(2)
    expect(stderr).toContain('neither --stdio nor --queue')
  })
})

describe('runStdioWorker', () => {
  it('reads on only as answers are taken', async () => {
    const plan: BatchPlan = {
      protocol: BATCH_PROTOCOL,
      kind: 'text',
      model: { name: spam, hash: '0'.repeat(64), options: {} },
      explainer: {},
      call: { numSamples: 50 },
      seed: 0,
      draws: 'shared',
      outputNames: null,
      rows: null,
      maxPixels: null,
      columns: 10,
      jsonLines: false,
    }
    const opened = await openExplainer(plan, { model: spam, connection: {}, inputRoot: '' })
    let explained = 0
    const counted = {
      explain: (...args: Parameters<typeof opened.explain>) => {
        explained++
        return opened.explain(...args)
      },
    }
    const taken: string[] = []
    let release: () => void = () => undefined
    const output = new Writable({
      highWaterMark: 1,
      write: (chunk, _, done) => {
        taken.push(chunk.toString())
        release = done
      },
    })
    const lines = Array.from({ length: 20 }, (_, i) => `"message number ${i}"\n`)
    const work = runStdioWorker(counted, {
      plan,
      types: undefined,
      input: Readable.from(lines),
      output,
      signal: new AbortController().signal,
    })
    while (taken.length < 1) await sleep(10)
    await sleep(200)
    expect(explained).toBeLessThanOrEqual(2)
    let ended = false
    work.then(() => {
      ended = true
    })
    while (!ended) {
      release()
      await sleep(1)
    }
    expect(await work).toEqual({ answered: 20, failed: 0 })
    expect(taken.map((line) => JSON.parse(line).index)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    )
    await opened.close()
  })
})
