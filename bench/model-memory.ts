/**
 * `npm run -s bench -- model-memory`: resident memory over 10,000 predictions by each kind of model that runs in this
 * process or a worker of it. It must not grow.
 */
import { fileURLToPath } from 'node:url'
import type { Predictor } from '../src/index.ts'
import { loadOnnx, type OnnxInput } from '../src/models/onnx.ts'
import { loadTfjs, loadTfjsLayers } from '../src/models/tfjs.ts'
import { denseLayers, rowGraph, writeGraph } from '../test/models/tfjs-graph.ts'
import type { BenchOptions } from './main.ts'

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const onnx = fileURLToPath(new URL('../test/fixtures/models/mlp.onnx', import.meta.url))
  const kinds: [string, number, () => Promise<Predictor<OnnxInput>>][] = [
    ['ONNX', 4, () => loadOnnx(onnx, { worker: false, threads: 1 })],
    ['ONNX in a worker thread', 4, () => loadOnnx(onnx, { worker: true, threads: 1 })],
    ['TensorFlow.js layers, as ONNX', 3, () => loadTfjsLayers(denseLayers(), { threads: 1 })],
    ['TensorFlow.js graph', 3, () => loadTfjs(writeGraph(rowGraph()))],
  ]
  for (const [name, width, open] of kinds) {
    const model = await open()
    const rows = Array.from({ length: 50 }, (_, i) =>
      Array.from({ length: width }, (_, j) => Math.sin(i + j)),
    )
    const after = async (predictions: number): Promise<number> => {
      for (let i = 0; i < predictions; i++) await model.predict(rows, {})
      globalThis.gc?.()
      return process.memoryUsage().rss / 2 ** 20
    }
    // Compilers and allocators settle first.
    const settled = await after(quick ? 500 : 5000)
    const end = await after(quick ? 1000 : 10_000)
    emit({
      case: `${name}: growth over ${quick ? 1000 : 10_000} predictions of 50 rows`,
      ours: end - settled,
      reference: null,
      ratio: null,
      unit: 'MB',
      note: `${end.toFixed(0)} MB resident`,
    })
    await model.close?.()
  }
}
