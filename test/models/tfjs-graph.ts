/**
 * Models of TensorFlow.js, small enough to be written by hand: graphs as `model.json` and its one shard, in a folder of
 * their own, and a layers model.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TfjsArtifacts } from '../../src/models/tfjs-layers.ts'

/** softmax(x W + b) over rows of 3 numbers; W (3, 2) and b (2) as below. */
export const KERNEL = [0.5, -1, 2, 0.25, -0.75, 1]
export const BIAS = [0.1, -0.2]

/** What softmax(x W + b) is. */
export function rowAnswer(x: readonly number[]): number[] {
  const z = BIAS.map((bias, j) =>
    x.reduce((sum, value, i) => sum + value * KERNEL[2 * i + j]!, bias),
  )
  const exps = z.map(Math.exp)
  const sum = exps.reduce((a, b) => a + b, 0)
  return exps.map((one) => one / sum)
}

interface Node {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr?: object
}

const FLOAT = { dtype: { type: 'DT_FLOAT' } }
const T = { T: { type: 'DT_FLOAT' } }

/** The nodes from `features` (n, 3) to `Identity`. */
const HEAD: readonly Node[] = [
  { name: 'kernel', op: 'Const', attr: { ...FLOAT, value: tensorOf([3, 2]) } },
  { name: 'bias', op: 'Const', attr: { ...FLOAT, value: tensorOf([2]) } },
  {
    name: 'dense',
    op: 'MatMul',
    input: ['features', 'kernel'],
    attr: { ...T, transpose_a: { b: false }, transpose_b: { b: false } },
  },
  {
    name: 'scores',
    op: 'BiasAdd',
    input: ['dense', 'bias'],
    attr: { ...T, data_format: { s: btoa('NHWC') } },
  },
  { name: 'softmax', op: 'Softmax', input: ['scores'], attr: T },
  { name: 'Identity', op: 'Identity', input: ['softmax'], attr: T },
]

/** The same as a layers model, in the form of `ModelArtifacts`. */
export function denseLayers(): TfjsArtifacts {
  const dense = {
    class_name: 'Dense',
    config: {
      name: 'dense',
      units: 2,
      activation: 'softmax',
      use_bias: true,
      batch_input_shape: [null, 3],
    },
  }
  return {
    modelTopology: {
      keras_version: '2.15.0',
      model_config: { class_name: 'Sequential', config: { name: 'small', layers: [dense] } },
    },
    weightSpecs: [
      { name: 'dense/kernel', shape: [3, 2], dtype: 'float32' },
      { name: 'dense/bias', shape: [2], dtype: 'float32' },
    ],
    weightData: Float32Array.of(...KERNEL, ...BIAS).buffer,
  }
}

/** A model of rows of three numbers. */
export function rowGraph(): object {
  const input = placeholder('x', [-1, 3])
  return modelOf([input, { name: 'features', op: 'Identity', input: ['x'], attr: T }, ...HEAD])
}

/** A model of 4 × 4 RGB pictures: the mean colour, then as above. */
export function pictureGraph(): object {
  const axes = {
    name: 'axes',
    op: 'Const',
    attr: { dtype: { type: 'DT_INT32' }, value: tensorOf([2], 'DT_INT32') },
  }
  const mean = {
    name: 'features',
    op: 'Mean',
    input: ['x', 'axes'],
    attr: { ...T, Tidx: { type: 'DT_INT32' }, keep_dims: { b: false } },
  }
  return modelOf([placeholder('x', [-1, 4, 4, 3]), axes, mean, ...HEAD], true)
}

/** Writes a model into a new folder; the path of its `model.json`. `change` alters the JSON before. */
export function writeGraph(model: object, change: (json: Json) => void = () => undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'sodalime-tfjs-'))
  const json = structuredClone(model) as Json
  const { weights } = json.weightsManifest[0]!
  const parts = weights.map(({ name }) =>
    name === 'axes' ? Int32Array.of(1, 2) : Float32Array.from(name === 'kernel' ? KERNEL : BIAS),
  )
  writeFileSync(
    join(folder, 'shard.bin'),
    Buffer.concat(parts.map((part) => new Uint8Array(part.buffer))),
  )
  change(json)
  writeFileSync(join(folder, 'model.json'), JSON.stringify(json))
  return join(folder, 'model.json')
}

/** What tests alter in a `model.json`. */
export interface Json {
  format: string
  modelTopology: { node: { op: string; name: string }[] }
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[] }[] }[]
}

function modelOf(node: readonly Node[], withAxes = false): object {
  const weights = [
    ...(withAxes ? [{ name: 'axes', shape: [2], dtype: 'int32' }] : []),
    { name: 'kernel', shape: [3, 2], dtype: 'float32' },
    { name: 'bias', shape: [2], dtype: 'float32' },
  ]
  return {
    format: 'graph-model',
    modelTopology: { node, library: {}, versions: { producer: 1 } },
    weightsManifest: [{ paths: ['shard.bin'], weights }],
  }
}

function placeholder(name: string, sizes: readonly number[]): Node {
  const dim = sizes.map((size) => ({ size: String(size) }))
  return { name, op: 'Placeholder', attr: { ...FLOAT, shape: { shape: { dim } } } }
}

function tensorOf(sizes: readonly number[], dtype = 'DT_FLOAT'): object {
  return { tensor: { dtype, tensorShape: { dim: sizes.map((size) => ({ size: String(size) })) } } }
}
