/**
 * TensorFlow.js layers models: `model.json` with Keras's own description, and shards of weights beside it.
 *
 * 1. `weightsManifest` lists groups of weights; a group's shards, one after the other, hold its weights in order.
 * 2. Quantised weights are q × scale + min for uint8 and uint16 (half precision for float16).
 * 3. Shards are read from the model's own folder, never from elsewhere; the sizes of all weights are summed first.
 */
import { DataError, PredictorError } from '../../contract/errors.ts'
import { asObject, type Config, parseJson } from './json.ts'
import type { MemoryBudget } from './memory.ts'
import type { KerasNetwork } from './translate.ts'
import { NamedWeights, type StoredWeight } from './weights.ts'

/** A model in memory, in the form of TensorFlow.js's own `ModelArtifacts`. */
export interface TfjsArtifacts {
  /** The contents of `modelTopology` in `model.json`. */
  readonly modelTopology: object
  /** Names, shapes and types of the weights, in the order of `weightData`. */
  readonly weightSpecs: readonly object[]
  readonly weightData: ArrayBuffer | Uint8Array | readonly ArrayBuffer[]
}

/** A network from the text of a `model.json`. */
export async function readTfjsManifest(
  bytes: Uint8Array,
  where: string,
  readBeside: (location: string) => Promise<Uint8Array>,
  budget: MemoryBudget,
): Promise<KerasNetwork> {
  const file = asObject(parseJson(new TextDecoder().decode(bytes), where), where)
  checkFormat(file, where)
  const groups = await readWeightGroups(file, where, readBeside, budget)
  const weights = groups.flatMap(({ specs, bytes: data }) => sliceWeights(specs, data, where))
  return networkOf(asObject(file.modelTopology, `${where}, modelTopology`), weights, where)
}

/** A group of weights and the bytes of its shards, one after the other. */
export interface WeightGroup {
  readonly specs: readonly WeightSpec[]
  /** The same as it stands in the file. */
  readonly written: readonly object[]
  readonly bytes: Uint8Array
}

/** The weights that a `model.json` lists. Throws a DataError where shards have another size than it says. */
export async function readWeightGroups(
  file: Config,
  where: string,
  readBeside: (location: string) => Promise<Uint8Array>,
  budget: MemoryBudget,
): Promise<WeightGroup[]> {
  const groups: WeightGroup[] = []
  const manifest = file.weightsManifest
  if (!Array.isArray(manifest))
    throw malformed(where, 'no weightsManifest', 'a list of weight groups')
  for (const value of manifest) {
    const group = asObject(value, `${where}, weightsManifest`)
    const paths = group.paths
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
      throw malformed(where, 'a weight group without paths', 'the names of its shards')
    }
    const specs = readSpecs(group.weights, where)
    budget.take(
      specs.reduce((sum, { count }) => sum + 4 * count, 0),
      `${where}, weightsManifest`,
    )
    const shards: Uint8Array[] = []
    for (const path of paths) shards.push(await readBeside(path))
    const bytes = joined(shards)
    checkLength(specs, bytes, where)
    groups.push({ specs, written: group.weights as readonly object[], bytes })
  }
  return groups
}

/** A network from TensorFlow.js's `ModelArtifacts`. */
export function readTfjsArtifacts(
  artifacts: TfjsArtifacts,
  where: string,
  budget: MemoryBudget,
): KerasNetwork {
  const { weightSpecs, weightData, modelTopology } = artifacts
  const specs = readSpecs(weightSpecs, where)
  budget.take(
    specs.reduce((sum, { count }) => sum + 4 * count, 0),
    where,
  )
  const parts = Array.isArray(weightData) ? weightData : [weightData]
  const bytes = joined(
    parts.map((part) => (part instanceof Uint8Array ? part : new Uint8Array(part))),
  )
  return networkOf(asObject(modelTopology, where), sliceWeights(specs, bytes, where), where)
}

/** One weight as `model.json` lists it. */
export interface WeightSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly count: number
  /** How the numbers are stored. */
  readonly stored: string
  readonly scale: number
  readonly minimum: number
}

const WIDTHS: ReadonlyMap<string, number> = new Map([
  ['float32', 4],
  ['int32', 4],
  ['uint8', 1],
  ['bool', 1],
  ['uint16', 2],
  ['float16', 2],
])

/** Whether a `model.json` describes a graph of TensorFlow operations, not Keras's layers. */
export function isGraphModel(file: Config): boolean {
  const topology = file.modelTopology
  return (
    file.format === 'graph-model' ||
    (typeof topology === 'object' && topology !== null && 'node' in topology)
  )
}

function checkFormat(file: Config, where: string): void {
  if (!isGraphModel(file)) return
  throw new PredictorError({
    where,
    got: 'a TensorFlow.js graph model',
    expected: 'a TensorFlow.js layers model',
    remedy: 'Load it with loadTfjs, which runs it by TensorFlow.js itself.',
  })
}

function networkOf(
  topology: Config,
  weights: readonly StoredWeight[],
  where: string,
): KerasNetwork {
  // The converter puts the model in `model_config`; TensorFlow.js's own save does too, or writes it bare.
  const written = topology.model_config ?? topology
  const model = asObject(typeof written === 'string' ? parseJson(written, where) : written, where)
  const version = topology.keras_version
  const config = model.config
  return {
    where,
    format: 'tfjs-layers',
    kerasVersion: typeof version === 'string' && /^\d/.test(version) ? version : '2',
    className: String(model.class_name),
    config: Array.isArray(config) ? { layers: config } : asObject(config, where),
    weights: NamedWeights.of(weights),
  }
}

function readSpecs(value: unknown, where: string): WeightSpec[] {
  if (!Array.isArray(value)) throw malformed(where, 'weights that are no list', 'a list of weights')
  return value.map((one): WeightSpec => {
    const { name, shape, dtype, quantization } = asObject(one, `${where}, weights`)
    const isSize = (size: unknown) => Number.isSafeInteger(size) && Number(size) >= 0
    if (typeof name !== 'string' || !Array.isArray(shape) || !shape.every(isSize)) {
      throw malformed(where, JSON.stringify(one).slice(0, 80), 'a weight with a name and a shape')
    }
    const packing = quantization == null ? {} : asObject(quantization, `${where}, weight ${name}`)
    const stored = String(packing.dtype ?? dtype)
    if (!WIDTHS.has(stored)) {
      throw malformed(
        `${where}, weight ${name}`,
        `the type ${stored}`,
        [...WIDTHS.keys()].join(', '),
      )
    }
    const { scale, min } = packing
    return {
      name,
      shape,
      count: shape.reduce((total: number, size: number) => total * size, 1),
      stored,
      scale: typeof scale === 'number' ? scale : 1,
      minimum: typeof min === 'number' ? min : 0,
    }
  })
}

function sliceWeights(
  specs: readonly WeightSpec[],
  bytes: Uint8Array,
  where: string,
): StoredWeight[] {
  checkLength(specs, bytes, where)
  let at = 0
  return specs.map((spec): StoredWeight => {
    const length = spec.count * WIDTHS.get(spec.stored)!
    const part = bytes.subarray(at, at + length)
    at += length
    return { name: spec.name, shape: spec.shape, read: () => decode(part, spec) }
  })
}

function checkLength(specs: readonly WeightSpec[], bytes: Uint8Array, where: string): void {
  const expected = specs.reduce((sum, { count, stored }) => sum + count * WIDTHS.get(stored)!, 0)
  if (expected === bytes.length) return
  throw malformed(
    where,
    `${bytes.length} bytes of weights`,
    `${expected}, as model.json says`,
    'A shard is cut off or belongs to another model; download the folder again.',
  )
}

/** q × scale + min. */
function decode(bytes: Uint8Array, { count, stored, scale, minimum }: WeightSpec): Float32Array {
  const out = new Float32Array(count)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const scaled = scale !== 1 || minimum !== 0
  for (let i = 0; i < count; i++) {
    let value: number
    if (stored === 'float32') value = view.getFloat32(4 * i, true)
    else if (stored === 'int32') value = view.getInt32(4 * i, true)
    else if (stored === 'uint16') value = view.getUint16(2 * i, true)
    else if (stored === 'float16') value = half(view.getUint16(2 * i, true))
    else value = bytes[i]!
    out[i] = scaled ? value * scale + minimum : value
  }
  return out
}

/** IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function malformed(
  where: string,
  got: string,
  expected: string,
  remedy = 'Convert the model again with tensorflowjs_converter.',
): DataError {
  return new DataError({ where, got, expected, remedy })
}
