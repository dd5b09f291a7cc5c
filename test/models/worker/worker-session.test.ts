/**
 * Sessions in worker threads. The model is a convolution over pictures, heavy enough to block a thread noticeably.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { RasterImage } from '../../../src/contract/index.ts'
import { ImageExplainer } from '../../../src/image/index.ts'
import { encodeModel } from '../../../src/models/onnx/encode-model.ts'
import { loadOnnx } from '../../../src/models/onnx.ts'
import { expectations, fixture } from '../fixtures.ts'

const SIZE = 160

/** (n, 3, 160, 160) → 3 × 3 convolutions to 48, twice → mean → softmax over 48. */
function heavyModel(): Uint8Array {
  const weights = (name: string, dims: number[]) => {
    const length = dims.reduce((product, size) => product * size, 1)
    const values = Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) / 8)
    return { name, type: 'float32' as const, dims, values }
  }
  return encodeModel({
    irVersion: 8,
    producer: 'test',
    opsets: [{ domain: '', version: 17 }],
    graph: {
      name: 'heavy',
      nodes: [
        { op: 'Conv', inputs: ['x', 'w1'], outputs: ['a'] },
        { op: 'Relu', inputs: ['a'], outputs: ['b'] },
        { op: 'Conv', inputs: ['b', 'w2'], outputs: ['c'] },
        { op: 'GlobalAveragePool', inputs: ['c'], outputs: ['d'] },
        { op: 'Flatten', inputs: ['d'], outputs: ['e'] },
        { op: 'Softmax', inputs: ['e'], outputs: ['p'], attributes: { axis: { int: 1 } } },
      ],
      initializers: [weights('w1', [48, 3, 3, 3]), weights('w2', [48, 48, 3, 3])],
      inputs: [
        { name: 'x', type: { kind: 'tensor', type: 'float32', shape: ['n', 3, SIZE, SIZE] } },
      ],
      outputs: [{ name: 'p', type: { kind: 'tensor', type: 'float32', shape: ['n', 48] } }],
    },
  })
}

function picture(): RasterImage {
  const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => (i * 7919) % 256)
  return { data, width: SIZE, height: SIZE, channels: 3 }
}

describe('a session in a worker thread', () => {
  it('answers exactly as one in the calling thread', async () => {
    const { rows } = expectations('zipmap')
    const answers = await Promise.all(
      [true, false].map(async (worker) => {
        const model = await loadOnnx(fixture('zipmap.onnx'), { worker, threads: 1 })
        const { data } = await model.predict(rows)
        await model.close()
        return data
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })

  it('is the default for convolutions, takes two batches at once, and counts its seconds', async () => {
    const model = await loadOnnx(heavyModel(), { image: { range: [0, 1] } })
    expect(model.concurrency).toBe(2)
    await model.predict([picture()])
    expect(model.runSeconds()).toBeGreaterThan(0)
    await model.close()
    const small = await loadOnnx(fixture('zipmap.onnx'))
    expect(small.concurrency).toBe(1)
    await small.close()
  })

  it('lets timers fire all the while a picture is explained', async () => {
    const model = await loadOnnx(heavyModel(), { image: { range: [0, 1] }, threads: 1 })
    let ticks = 0
    let calls = 0
    const timer = setInterval(() => ticks++, 2)
    const segmentation = { algorithm: 'grid', rows: 3, columns: 3 } as const
    await new ImageExplainer({ randomState: 1, segmentation }).explain(picture(), model, {
      numSamples: 60,
      onProgress: ({ done }) => {
        calls = done
      },
    })
    clearInterval(timer)
    await model.close()
    expect(calls).toBeGreaterThan(20)
    // In the calling thread there is one for each batch.
    expect(ticks).toBeGreaterThan(calls)
  })

  it('stops between pieces when aborted, and answers again', async () => {
    const model = await loadOnnx(heavyModel(), { threads: 1, chunkSize: 1 })
    const control = new AbortController()
    const asked = model.predict(Array.from({ length: 200 }, picture), { signal: control.signal })
    setTimeout(() => control.abort(new Error('enough')), 30)
    await expect(asked).rejects.toThrow('enough')
    expect((await model.predict([picture()])).rows).toBe(1)
    await model.close()
  })

  it('rejects with what ONNX Runtime says of a model that it refuses', async () => {
    const broken = encodeModel({
      irVersion: 8,
      producer: 'test',
      opsets: [{ domain: '', version: 17 }],
      graph: {
        name: 'broken',
        nodes: [{ op: 'NoSuchOperation', inputs: ['x'], outputs: ['y'] }],
        initializers: [],
        inputs: [{ name: 'x', type: { kind: 'tensor', type: 'float32', shape: ['n', 2] } }],
        outputs: [{ name: 'y', type: { kind: 'tensor', type: 'float32', shape: ['n', 2] } }],
      },
    })
    await expect(loadOnnx(broken, { worker: true })).rejects.toMatchObject({
      code: 'predictor',
      got: expect.stringContaining('NoSuchOperation'),
    })
  })

  it('does not keep Node alive when it is idle', () => {
    const script = join(mkdtempSync(join(tmpdir(), 'sodalime-worker-')), 'idle.mts')
    const onnx = fileURLToPath(new URL('../../../src/models/onnx.ts', import.meta.url))
    const row = JSON.stringify(expectations('zipmap').rows[0])
    writeFileSync(
      script,
      `const { loadOnnx } = await import(${JSON.stringify(onnx)})
       const model = await loadOnnx(${JSON.stringify(fixture('zipmap.onnx'))}, { worker: true })
       console.log((await model.predict([${row}])).cols)`,
    )
    const root = fileURLToPath(new URL('../../..', import.meta.url))
    const out = execFileSync(process.execPath, ['--import', 'tsx', script], {
      cwd: root,
      timeout: 50_000,
    })
    expect(out.toString().trim()).toBe('3')
  })
})
