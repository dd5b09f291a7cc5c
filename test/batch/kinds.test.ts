/** Batches of texts, pictures and series, with the models and data that are packaged. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { ExplanationData } from '../../src/contract/explanation.ts'
import { parseExplanation } from '../../src/contract/schema.ts'
import { callCli, fixture } from '../cli/run-cli.ts'
import { emptyFolder, manifestOf, resultRows, shardBytes } from './batch-folder.ts'

// Batches start workers, which takes long on a machine that is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const demo = (name: string) => fixture(`../../demo/${name}`)
const folder = emptyFolder()

/** What one kind is explained with, and its instances as `explain` is given them. */
interface Kind {
  readonly flags: readonly string[]
  readonly input: string
  readonly ids: readonly string[]
  readonly explain: (index: number) => readonly string[]
}

const messages = readFileSync(demo('messages.txt'), 'utf8').trim().split('\n')

// Six series; UCR text is one series a line.
const beats = join(folder, 'beats.tsv')
const lines = readFileSync(demo('beats.tsv'), 'utf8').split('\n')
writeFileSync(beats, `${lines.slice(0, 6).join('\n')}\n`)

const pictures = emptyFolder()
const digits = ['digit-3.png', 'digit-4.png', 'digit-7.png', 'digit-8.png']
for (const name of digits) copyFileSync(demo(name), join(pictures, name))
// In the middle of the others, by its name.
const BROKEN = 'digit-5.png'
writeFileSync(join(pictures, BROKEN), readFileSync(demo('digit-3.png')).subarray(0, 60))

const KINDS: { readonly [kind: string]: Kind } = {
  text: {
    flags: ['--model', demo('spam.onnx'), '--num-samples', '120', '--top-labels', '2'],
    input: demo('messages.txt'),
    ids: messages.map((_, i) => String(i)),
    explain: (index) => [messages[index]!],
  },
  image: {
    flags: [
      ...['--model', demo('digits.onnx'), '--num-samples', '80'],
      ...['--segmentation', 'grid', '--segments', '16', '--hide', '0'],
    ],
    input: pictures,
    ids: [...digits, BROKEN].sort(),
    explain: (index) => [join(pictures, [...digits, BROKEN].sort()[index]!)],
  },
  series: {
    flags: [
      ...['--model', demo('beats.onnx'), '--num-samples', '80', '--num-segments', '7'],
      ...['--replacement', 'zero', '--class-names', 'narrow,wide'],
    ],
    input: beats,
    ids: Array.from({ length: 6 }, (_, i) => String(i)),
    explain: (index) => ['--data', beats, '--row', String(index)],
  },
}

const batch = (kind: string, out: string, ...more: string[]) => [
  ...['batch', kind, ...KINDS[kind]!.flags, '--input', KINDS[kind]!.input, '--out', out],
  ...['--seed', '5', '--shard-size', '2', '--workers', '1', '--json-lines', ...more],
]

interface Line {
  readonly index: number
  readonly id: string
  readonly explanation?: ExplanationData
  readonly error?: { readonly code: string; readonly message: string }
}

function linesOf(out: string, shards: number): Line[] {
  return Array.from({ length: shards }, (_, shard) =>
    readFileSync(join(out, `part-00000${shard}.jsonl`), 'utf8'),
  )
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** `sodalime explain` of one instance with the same flags and seed. */
async function explained(kind: string, index: number): Promise<ExplanationData> {
  const { flags, explain } = KINDS[kind]!
  const run = await callCli([
    ...['explain', kind, ...flags, ...explain(index), '--seed', '5', '--json', '-'],
  ])
  expect(run.code).toBe(0)
  return parseExplanation(JSON.parse(run.stdout))
}

describe.each(Object.keys(KINDS))('sodalime batch %s', (kind) => {
  const { ids } = KINDS[kind]!
  const shards = Math.ceil(ids.length / 2)
  const broken = ids.indexOf(BROKEN)
  const out = join(folder, kind)

  it('explains each instance as explain does with the same seed', async () => {
    const { code, stdout } = await callCli(batch(kind, out))
    expect(code).toBe(0)
    expect(stdout).toContain(`${ids.length} instances in`)
    expect(manifestOf(out).counts).toMatchObject({
      instances: ids.length,
      shards,
      failed: broken < 0 ? 0 : 1,
    })
    const read = linesOf(out, shards)
    expect(read.map(({ index, id }) => [index, id])).toEqual(ids.map((id, i) => [i, id]))
    const rows = await resultRows(out)
    for (const index of ids.keys()) {
      if (index === broken) continue
      const single = await explained(kind, index)
      const { explanation } = read[index]!
      expect(explanation!.features).toEqual(single.features)
      expect(explanation!.labels).toEqual(single.labels)
      expect(explanation!.prediction).toEqual(single.prediction)
      const own = rows.filter((row) => row.index === index)
      expect(own.map(({ label }) => label)).toEqual(single.labels.map(({ label }) => label))
      for (const [i, row] of own.entries()) {
        const { intercept, name, weights } = single.labels[i]!
        expect(row).toMatchObject({ id: ids[index], intercept, label_name: name })
        const list = row.weights as { weight: number }[]
        expect(list.map(({ weight }) => weight)).toEqual(weights.map(({ weight }) => weight))
        expect(row.feature_1).toBe(single.features[weights[0]!.feature]!.name)
      }
    }
  })

  it('goes on where it stopped, to the same bytes', async () => {
    const before = shardBytes(out)
    expect(Object.keys(before)).toHaveLength(2 * shards)
    for (const form of ['parquet', 'jsonl']) rmSync(join(out, `part-000001.${form}`))
    const { code, stdout } = await callCli(batch(kind, out))
    expect(code).toBe(0)
    expect(stdout).toContain(`${ids.length - 2} of them by earlier runs`)
    expect(shardBytes(out)).toEqual(before)
    const again = await callCli(batch(kind, out))
    expect(again.stdout).toContain(`${ids.length} of them by earlier runs`)
  })

  it('gives the same bytes by two workers', async () => {
    const two = join(folder, `${kind}-two`)
    const words = batch(kind, two).map((word, i, all) => (all[i - 1] === '--workers' ? '2' : word))
    expect((await callCli(words)).code).toBe(0)
    expect(shardBytes(two)).toEqual(shardBytes(out))
  })
})

describe('a picture that is damaged', () => {
  it('becomes a row with its error, and the others are explained', async () => {
    const rows = await resultRows(join(folder, 'image'))
    expect(rows.map(({ id }) => id)).toEqual([...digits, BROKEN].sort())
    const failed = rows.filter(({ error }) => typeof error === 'string')
    expect(failed).toHaveLength(1)
    expect(failed[0]).toMatchObject({ index: 2, id: BROKEN, error_code: 'data' })
    expect(failed[0]!.error).toContain('a picture that cannot be decoded')
    expect(failed[0]!.prediction ?? null).toBe(null)
    expect(manifestOf(join(folder, 'image')).failures.map(({ id }) => id)).toEqual([BROKEN])
    expect(linesOf(join(folder, 'image'), 3)[2]).toMatchObject({
      id: BROKEN,
      error: { code: 'data' },
    })
  })
})

describe('sodalime report on the JSON lines of a batch', () => {
  const page = async (files: readonly string[], ...more: string[]) => {
    const html = join(folder, 'page.html')
    const run = await callCli(['report', ...files, '--html', html, ...more])
    return { ...run, html: run.code === 0 ? readFileSync(html, 'utf8') : '' }
  }
  const parts = (kind: string, ...shards: number[]) =>
    shards.map((shard) => join(folder, kind, `part-00000${shard}.jsonl`))

  it('shows each instance under its id, and says which failed', async () => {
    const { code, stderr, html } = await page(parts('image', 0, 1, 2), '--layout', 'gallery')
    expect(code).toBe(0)
    expect(html.match(/<article class="card/g)).toHaveLength(4)
    for (const name of digits) expect(html).toContain(`data-name="${name}"`)
    expect(html).not.toContain(BROKEN)
    expect(stderr).toMatch(/1 instance failed and is left out \(digit-5\.png: .*cannot be decoded/)
  })

  it('shows instances without names by their numbers in the whole batch', async () => {
    const { code, stderr, html } = await page(parts('series', 0, 1, 2))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(html.match(/<article class="card/g)).toHaveLength(6)
    expect(html).toContain('data-name="instance 5"')
    expect((await page(parts('text', 0), '--layout', 'side-by-side')).html).toContain('instance 1')
  })

  it('refuses lines that hold failures alone', async () => {
    const alone = join(folder, 'alone.jsonl')
    writeFileSync(alone, `${JSON.stringify(linesOf(join(folder, 'image'), 3)[2])}\n`)
    const { code, stderr } = await page([alone])
    expect(code).toBe(3)
    expect(stderr).toContain('no explanation')
    expect(stderr).toContain('digit-5.png')
  })
})
