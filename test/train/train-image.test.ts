/**
 * Fine-tuning on pictures made here (reds, greens and blues), with a base network of one pooling layer whose features are
 * the mean colours.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodePng } from '../../src/data/images.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { encodeModel } from '../../src/models/onnx/encode-model.ts'
import { loadOnnx } from '../../src/models/onnx.ts'
import { listImageFolder } from '../../src/train/image-folder.ts'
import { trainImageClassifier } from '../../src/train/train-image.ts'

const COLOURS = ['blue', 'green', 'red']

/** A folder with `count` noisy pictures of each colour. */
async function pictures(count: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sodalime-train-'))
  const random = new RandomState(2)
  for (const [c, name] of COLOURS.entries()) {
    mkdirSync(join(folder, name))
    for (let i = 0; i < count; i++) {
      const data = Uint8Array.from({ length: 12 * 10 * 3 }, (_, at) =>
        Math.floor(random.randomSample() * 120 + (at % 3 === 2 - c ? 100 : 0)),
      )
      const png = await encodePng({ data, width: 12, height: 10, channels: 3 })
      writeFileSync(join(folder, name, `${i}.png`), png)
    }
  }
  return folder
}

/** (n, 3, 8, 8) → global average → dense → softmax over two classes. */
function baseNetwork(): string {
  const bytes = encodeModel({
    irVersion: 8,
    producer: 'test',
    opsets: [{ domain: '', version: 17 }],
    graph: {
      name: 'base',
      nodes: [
        { op: 'GlobalAveragePool', inputs: ['x'], outputs: ['pooled'] },
        { op: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
        { op: 'Gemm', inputs: ['flat', 'old_weights', 'old_bias'], outputs: ['scores'] },
        { op: 'Softmax', inputs: ['scores'], outputs: ['old'] },
      ],
      initializers: [
        { name: 'old_weights', type: 'float32', dims: [3, 2], values: new Float32Array(6) },
        { name: 'old_bias', type: 'float32', dims: [2], values: new Float32Array(2) },
      ],
      inputs: [{ name: 'x', type: { kind: 'tensor', type: 'float32', shape: ['n', 3, 8, 8] } }],
      outputs: [{ name: 'old', type: { kind: 'tensor', type: 'float32', shape: ['n', 2] } }],
    },
  })
  const path = join(mkdtempSync(join(tmpdir(), 'sodalime-base-')), 'base.onnx')
  writeFileSync(path, bytes)
  return path
}

describe('trainImageClassifier', () => {
  it('learns the classes on the features of the base, as one model without the old classifier', async () => {
    const folder = await listImageFolder(await pictures(10))
    const trained = await trainImageClassifier(baseNetwork(), folder, { image: { range: [0, 1] } })
    expect(trained.features).toEqual({ from: 'GlobalAveragePool', count: 3 })
    expect([trained.trained, trained.validated]).toEqual([24, 6])
    expect(trained.scores.validation?.accuracy).toBe(1)

    const { image, classNames, onnx } = trained
    const model = await loadOnnx(onnx, { image, classNames })
    const red = Uint8Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? 200 : 60))
    const { data } = await model.predict([{ data: red, width: 10, height: 10, channels: 3 }])
    await model.close()
    expect(model.task).toBe('classification')
    expect(data.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 5)
    expect(data[2]).toBeGreaterThan(0.9)
    expect(model.inspection.operators).toEqual({
      GlobalAveragePool: 1,
      Flatten: 1,
      Gemm: 1,
      Softmax: 1,
    })
  })

  it('keeps the same pictures for the same seed, and others for another', async () => {
    const folder = await listImageFolder(await pictures(10))
    const base = baseNetwork()
    const bytesOf = async (seed: number) =>
      Buffer.from((await trainImageClassifier(base, folder, { seed })).onnx)
    const [one, again, other] = [await bytesOf(0), await bytesOf(0), await bytesOf(1)]
    expect(one.equals(again)).toBe(true)
    expect(one.equals(other)).toBe(false)
  })

  it('names a picture that cannot be read', async () => {
    const path = await pictures(3)
    writeFileSync(join(path, 'green', 'broken.png'), 'not a picture')
    const folder = await listImageFolder(path)
    await expect(trainImageClassifier(baseNetwork(), folder)).rejects.toMatchObject({
      code: 'data',
      where: join(path, 'green', 'broken.png'),
    })
  })
})

describe('listImageFolder', () => {
  it('refuses a folder without classes, with a single one, and one that is missing', async () => {
    const flat = mkdtempSync(join(tmpdir(), 'sodalime-flat-'))
    writeFileSync(join(flat, 'a.png'), '')
    await expect(listImageFolder(flat)).rejects.toMatchObject({
      code: 'data',
      got: '1 pictures without classes',
    })
    const single = mkdtempSync(join(tmpdir(), 'sodalime-single-'))
    mkdirSync(join(single, 'cat'))
    mkdirSync(join(single, 'empty'))
    writeFileSync(join(single, 'cat', 'a.jpg'), '')
    await expect(listImageFolder(single)).rejects.toMatchObject({
      code: 'data',
      got: 'a single class with pictures, cat',
    })
    await expect(listImageFolder(join(single, 'nowhere'))).rejects.toMatchObject({
      code: 'data',
      got: expect.stringContaining('ENOENT'),
    })
  })
})
