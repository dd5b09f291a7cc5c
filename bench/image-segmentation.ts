/**
 * `npm run -s bench -- image-segmentation`: quickshift, SLIC and Felzenszwalb beside scikit-image's compiled ones.
 *
 * A drawing of 299 × 299, and a photo of that size where the conformance cases are at hand. One Python process measures
 * itself; both sides take turns. The note says how far the two label maps agree.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { RasterImage } from '../src/contract/instance.ts'
import { felzenszwalb, type LabelMap, quickshift, slic } from '../src/image/segment/index.ts'
import { RandomState } from '../src/math/random-state.ts'
import type { BenchOptions } from './main.ts'
import { median } from './reference/interleave.ts'

const PYTHON = process.env.SODALIME_PYTHON ?? 'python3'
const SIDE = 299

interface Segmentation {
  readonly name: string
  readonly ours: (image: RasterImage) => LabelMap
  /** Parameters of the function of that name in scikit-image. */
  readonly theirs: { readonly [name: string]: number }
}

const segmentations: readonly Segmentation[] = [
  {
    name: 'quickshift',
    ours: (image) => quickshift(image, { randomSeed: 8 }),
    theirs: { kernel_size: 4, max_dist: 200, ratio: 0.2, random_seed: 8 },
  },
  {
    name: 'slic',
    ours: (image) => slic(image, { nSegments: 40, sigma: 1 }),
    theirs: { n_segments: 40, compactness: 10, sigma: 1, start_label: 1 },
  },
  {
    name: 'felzenszwalb',
    ours: (image) => felzenszwalb(image, { scale: 100, sigma: 0.5, minSize: 50 }),
    theirs: { scale: 100, sigma: 0.5, min_size: 50 },
  },
]

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const python = startScikitImage()
  try {
    for (const [picture, image] of pictures()) {
      await python?.take(image)
      for (const { name, ours, theirs } of segmentations) {
        const mine: number[] = []
        const reference: number[] = []
        let note = ''
        for (let i = 0; i < 3; i++) ours(image)
        for (let repeat = 0; repeat < (quick ? 3 : 11); repeat++) {
          const began = performance.now()
          const map = ours(image)
          mine.push(performance.now() - began)
          const answer = await python?.segment(name, theirs)
          if (answer === undefined) continue
          reference.push(answer.ms)
          note = `adjusted Rand ${adjustedRand(map.labels, answer.labels).toFixed(6)}`
        }
        const time = median(mine)
        const theirTime = python ? median(reference) : null
        emit({
          case: `${name}, ${picture}, ${SIDE} × ${SIDE}`,
          ours: time,
          reference: theirTime,
          ratio: theirTime && theirTime / time,
          unit: 'ms',
          note,
        })
      }
    }
  } finally {
    python?.close()
  }
}

/** The pictures by name. */
export function pictures(): [string, RasterImage][] {
  const size = { width: SIDE, height: SIDE, channels: 3 }
  const all: [string, RasterImage][] = [['drawing', { ...size, data: drawing() }]]
  const shared = process.env.SODALIME_CONFORMANCE ?? '../shared/conformance'
  const photo = `${shared}/segmentation-astronaut-299.json`
  if (existsSync(photo)) {
    const { image } = JSON.parse(readFileSync(photo, 'utf8')) as { image: { base64: string } }
    all.push(['photo', { ...size, data: new Uint8Array(Buffer.from(image.base64, 'base64')) }])
  }
  return all
}

/** Discs of many sizes and colours over a slope, with noise: edges, flat and rough parts as a photo has them. */
function drawing(): Uint8Array {
  const random = new RandomState(7)
  const discs = Array.from({ length: 60 }, () =>
    Array.from({ length: 6 }, () => random.randomSample()),
  )
  const data = new Uint8Array(SIDE * SIDE * 3)
  for (let y = 0, i = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, i += 3) {
      let colour: readonly number[] = [y / SIDE, x / SIDE, 0.5]
      let noise = 4
      for (const [cy, cx, r, ...rgb] of discs as [number, number, number, ...number[]][]) {
        if (Math.hypot(y / SIDE - cy, x / SIDE - cx) < r * r * 0.25) {
          colour = rgb
          noise = r * 40
        }
      }
      for (let c = 0; c < 3; c++) {
        const value = colour[c]! * 255 + (random.randomSample() - 0.5) * noise
        data[i + c] = Math.min(255, Math.max(0, Math.round(value)))
      }
    }
  }
  return data
}

interface ScikitImage {
  readonly take: (image: RasterImage) => Promise<void>
  readonly segment: (
    algorithm: string,
    parameters: Segmentation['theirs'],
  ) => Promise<{ ms: number; labels: Int32Array }>
  readonly close: () => void
}

/** Starts `tools/segmentation-reference.py`; `undefined` where scikit-image is not installed. */
function startScikitImage(): ScikitImage | undefined {
  if (spawnSync(PYTHON, ['-c', 'import skimage'], { stdio: 'ignore' }).status !== 0)
    return undefined
  const script = fileURLToPath(new URL('../tools/segmentation-reference.py', import.meta.url))
  const child = spawn(PYTHON, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = exit(child)
  // Once it is closed on purpose nobody waits for its end any more.
  ended.catch(() => undefined)
  const ask = async (question: unknown): Promise<{ ms: number; labels: string }> => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const line = await Promise.race([lines.next(), ended])
    return JSON.parse(line.value as string)
  }
  return {
    take: async ({ data, width, height, channels }) => {
      const base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
      await ask({ image: { shape: [height, width, channels], dtype: 'uint8', base64 } })
    },
    segment: async (algorithm, parameters) => {
      const { ms, labels } = await ask({ algorithm, parameters })
      return { ms, labels: new Int32Array(new Uint8Array(Buffer.from(labels, 'base64')).buffer) }
    },
    close: () => {
      child.stdin.end()
    },
  }
}

async function exit(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`segmentation-reference.py ended with code ${code}`)
}

/** Agreement of two partitions beyond chance (L. Hubert, P. Arabie: Comparing partitions, 1985); 1 = equal. */
function adjustedRand(a: Int32Array, b: Int32Array): number {
  const both = new Map<number, number>()
  const first = new Map<number, number>()
  const second = new Map<number, number>()
  const add = (counts: Map<number, number>, key: number) =>
    counts.set(key, (counts.get(key) ?? 0) + 1)
  for (let i = 0; i < a.length; i++) {
    add(both, a[i]! * 2 ** 24 + b[i]!)
    add(first, a[i]!)
    add(second, b[i]!)
  }
  const pairs = (counts: Map<number, number>) =>
    [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0)
  const chance = (pairs(first) * pairs(second)) / ((a.length * (a.length - 1)) / 2)
  const most = (pairs(first) + pairs(second)) / 2
  return most === chance ? 1 : (pairs(both) - chance) / (most - chance)
}
