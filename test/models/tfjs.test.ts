/**
 * Graph models of TensorFlow.js; the expected numbers are softmax(x W + b), computed in the test (`tfjs-graph.ts`).
 */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { RasterImage } from '../../src/contract/index.ts'
import type { OnnxInput } from '../../src/models/onnx.ts'
import { openModel } from '../../src/models/open.ts'
import { loadTfjs, loadTfjsLayers, tfjsFormat } from '../../src/models/tfjs.ts'
import { predictorSuite } from './predictor-suite.ts'
import { pictureGraph, rowAnswer, rowGraph, writeGraph } from './tfjs-graph.ts'

const ROWS = [
  [1, 2, 3],
  [-1, 0.5, 0],
  [0.25, -2, 4],
]

predictorSuite<OnnxInput>('TensorFlow.js graph', {
  open: () => loadTfjs(writeGraph(rowGraph())),
  instances: ROWS,
  columns: 2,
  sumsToOne: true,
  unfit: [1],
})

describe('loadTfjs', () => {
  it('runs the graph, and tells a classifier by its softmax', async () => {
    const log = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const model = await loadTfjs(writeGraph(rowGraph()))
    const { data, cols } = await model.predict(ROWS)
    expect({ cols, task: model.task, outputs: model.outputs }).toEqual({
      cols: 2,
      task: 'classification',
      outputs: ['Identity'],
    })
    ROWS.flatMap(rowAnswer).forEach((expected, i) => {
      expect(data[i]).toBeCloseTo(expected, 6)
    })
    expect(log).not.toHaveBeenCalled()
    log.mockRestore()
    await model.close()
  })

  it('takes pictures with the channels last, resized and scaled as told', async () => {
    const model = await loadTfjs(writeGraph(pictureGraph()), {
      image: { range: [0, 1], resize: 'stretch' },
    })
    const colour = [255, 51, 102]
    const picture: RasterImage = {
      data: Uint8Array.from({ length: 8 * 6 * 3 }, (_, i) => colour[i % 3]!),
      width: 8,
      height: 6,
      channels: 3,
    }
    const { data } = await model.predict([picture])
    rowAnswer(colour.map((one) => one / 255)).forEach((expected, i) => {
      expect(data[i]).toBeCloseTo(expected, 5)
    })
    await model.close()
  })

  it('refuses shards that lie outside of the folder, and shards that are cut off', async () => {
    const outside = writeGraph(rowGraph(), ({ weightsManifest }) => {
      weightsManifest[0]!.paths = ['../shard.bin']
    })
    await expect(loadTfjs(outside)).rejects.toMatchObject({
      code: 'predictor',
      expected: "files in the model's own folder",
    })
    const short = writeGraph(rowGraph())
    writeFileSync(join(dirname(short), 'shard.bin'), new Uint8Array(12))
    await expect(loadTfjs(short)).rejects.toMatchObject({
      code: 'data',
      got: '12 bytes of weights',
    })
    const huge = writeGraph(rowGraph(), ({ weightsManifest }) => {
      weightsManifest[0]!.weights[0]!.shape = [100_000, 100_000]
    })
    await expect(loadTfjs(huge)).rejects.toMatchObject({ code: 'data' })
  })

  it('names an operation that TensorFlow.js does not know', async () => {
    const path = writeGraph(rowGraph(), ({ modelTopology }) => {
      modelTopology.node.find(({ name }) => name === 'softmax')!.op = 'RunThis'
    })
    const load = async () => {
      const model = await loadTfjs(path)
      await model.predict(ROWS)
    }
    await expect(load()).rejects.toMatchObject({
      code: 'predictor',
      got: expect.stringContaining('RunThis'),
    })
  })

  it('refuses unknown options and outputs, and models of layers', async () => {
    const path = writeGraph(rowGraph())
    await expect(loadTfjs(path, { bakend: 'cpu' } as never)).rejects.toMatchObject({
      code: 'option',
      remedy: 'Did you mean backend?',
    })
    await expect(loadTfjs(path, { output: 'Idenity' })).rejects.toMatchObject({ code: 'option' })
    await expect(loadTfjsLayers(path)).rejects.toMatchObject({
      code: 'predictor',
      remedy: expect.stringContaining('loadTfjs'),
    })
    expect(await tfjsFormat(path)).toBe('graph-model')
  })

  it('is what openModel takes for a model.json of that format', async () => {
    const path = writeGraph(rowGraph())
    const model = await openModel(path, { onnx: { classNames: ['no', 'yes'], threads: 1 } })
    expect(model.classNames).toEqual(['no', 'yes'])
    const { data } = (await model.predict([ROWS[0]!], {})) as { data: Float64Array }
    expect(data[0]).toBeCloseTo(rowAnswer(ROWS[0]!)[0]!, 6)
    await model.close()
  })
})
