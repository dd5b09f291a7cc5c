import { fileURLToPath } from 'node:url'
import type { Matrix, RasterImage, TableRow } from '../../src/contract/index.ts'
import { loadKeras } from '../../src/models/keras.ts'
import { loadOnnx, type OnnxInput } from '../../src/models/onnx.ts'
import { openModel } from '../../src/models/open.ts'
import { spawnPredictor } from '../../src/models/process.ts'
import { loadTfjsLayers } from '../../src/models/tfjs-layers.ts'
import { expectations, fixture } from './fixtures.ts'
import { modelBytes } from './keras/fixtures.ts'
import { predictorSuite } from './predictor-suite.ts'
import { denseLayers } from './tfjs-graph.ts'

for (const [name, columns, sumsToOne] of [
  ['zipmap', 3, true],
  ['pair', 3, true],
  ['zipmap-columns', 3, true],
  ['label-only', 3, true],
  ['mlp', 3, true],
  ['mixed-columns', 2, true],
  ['regressor', 1, false],
  ['xgboost', 3, true],
  ['lightgbm', 3, true],
  ['text', 2, true],
  ['fixed-batch', 3, true],
  ['sigmoid', 2, true],
] as const) {
  predictorSuite<OnnxInput>(`ONNX ${name}`, {
    open: () => loadOnnx(fixture(`${name}.onnx`), { threads: 1 }),
    instances: expectations(name).rows,
    columns,
    sumsToOne,
    unfit: name === 'text' ? [1, 2, 3] : [1],
  })
}

predictorSuite<OnnxInput>('ONNX by WebAssembly', {
  open: () => loadOnnx(fixture('zipmap.onnx'), { runtime: 'web', threads: 1 }),
  instances: expectations('zipmap').rows,
  columns: 3,
  sumsToOne: true,
  unfit: [1],
})

predictorSuite<RasterImage>('ONNX of pictures', {
  open: () => loadOnnx(fixture('image.onnx'), { threads: 1 }),
  instances: [0, 1, 2].map((seed) => ({
    data: Float32Array.from({ length: 60 }, (_, i) => ((i * 7 + seed * 11) % 13) / 13),
    width: 5,
    height: 4,
    channels: 3,
  })),
  columns: 2,
  sumsToOne: true,
  unfit: { data: new Float32Array(12), width: 2, height: 2, channels: 3 },
})

predictorSuite<Matrix>('ONNX of series', {
  open: () => loadOnnx(fixture('series.onnx'), { threads: 1 }),
  instances: [0, 1].map((seed) => ({
    data: Float64Array.from({ length: 12 }, (_, i) => Math.sin(i + seed)),
    rows: 6,
    cols: 2,
  })),
  columns: 2,
  sumsToOne: true,
  unfit: { data: new Float64Array(10), rows: 5, cols: 2 },
})

for (const [group, version, format] of [
  ['sequential', 'k2', 'h5'],
  ['sequential', 'k3', 'keras'],
] as const) {
  predictorSuite<RasterImage>(`Keras ${group}.${version}.${format}`, {
    open: () => loadKeras(modelBytes(group, version, format), { threads: 1 }),
    instances: [0, 1, 2].map((seed) => ({
      data: Float32Array.from({ length: 64 }, (_, i) => ((i * 5 + seed * 17) % 11) / 11),
      width: 8,
      height: 8,
      channels: 1,
    })),
    columns: 5,
    sumsToOne: false,
    unfit: { data: new Float32Array(10), width: 5, height: 2, channels: 1 },
  })
}

predictorSuite<OnnxInput>('TensorFlow.js layers', {
  open: () => loadTfjsLayers(denseLayers(), { threads: 1 }),
  instances: [
    [1, 2, 3],
    [-1, 0.5, 0],
  ],
  columns: 2,
  sumsToOne: true,
  unfit: [1],
})

predictorSuite<OnnxInput>('ONNX in a worker thread', {
  open: () => loadOnnx(fixture('zipmap.onnx'), { worker: true, threads: 1 }),
  instances: expectations('zipmap').rows,
  columns: 3,
  sumsToOne: true,
  unfit: [1],
})

const program = fileURLToPath(new URL('../fixtures/programs/predict.mjs', import.meta.url))
const instances: readonly TableRow[] = [[0.5, 1.5], [-1, 0], Float64Array.of(2, 2)]

predictorSuite<OnnxInput>('process', {
  open: () => spawnPredictor([process.execPath, program, 'sum']),
  instances,
  columns: 2,
  sumsToOne: true,
  unfit: ['not a number'],
})

predictorSuite<OnnxInput>('openModel, a program', {
  open: () => openModel(`process:"${process.execPath}" '${program}' sum`),
  instances,
  columns: 2,
  sumsToOne: true,
})
