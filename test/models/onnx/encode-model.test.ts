import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { onnx } from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { decodeAttribute, decodeModel } from '../../../src/models/onnx/decode-model.ts'
import { encodeModel } from '../../../src/models/onnx/encode-model.ts'
import type { OnnxModel } from '../../../src/models/onnx/model-proto.ts'
import { WireError } from '../../../src/models/onnx/protobuf.ts'
import { loadOnnx } from '../../../src/models/onnx.ts'
import { fixture } from '../fixtures.ts'

/** y = x · W + 1 for x (n, 2), and a constant of strings and integers that nothing uses. */
const built: OnnxModel = {
  irVersion: 8,
  producer: 'sodalime',
  opsets: [
    { domain: '', version: 17 },
    { domain: 'ai.onnx.ml', version: 3 },
  ],
  metadata: { layout: 'ntc' },
  graph: {
    name: 'built',
    nodes: [
      { op: 'Gemm', inputs: ['x', 'W', 'b'], outputs: ['z'], attributes: { beta: { float: 0.5 } } },
      { op: 'Transpose', inputs: ['z'], outputs: ['t'], attributes: { perm: { ints: [0, 1] } } },
      { op: 'Softmax', inputs: ['t'], outputs: ['p'], attributes: { axis: { int: -1 } } },
      {
        op: 'LabelEncoder',
        domain: 'ai.onnx.ml',
        inputs: ['names'],
        outputs: ['codes'],
        attributes: {
          keys_strings: { strings: ['a', 'ä'] },
          values_floats: { floats: [0.5, -2] },
          default_float: { float: 7 },
        },
      },
    ],
    initializers: [
      { name: 'W', type: 'float32', dims: [2, 2], values: Float32Array.of(1, 0, 0, 2) },
      { name: 'b', type: 'float32', dims: [2], values: Float32Array.of(2, 2) },
      { name: 'names', type: 'string', dims: [2], values: ['ä', 'b'] },
      { name: 'big', type: 'int64', dims: [2], values: BigInt64Array.of(-1n, 2n ** 40n) },
    ],
    inputs: [{ name: 'x', type: { kind: 'tensor', type: 'float32', shape: ['n', 2] } }],
    outputs: [
      { name: 'p', type: { kind: 'tensor', type: 'float32', shape: ['n', 2] } },
      { name: 'codes', type: { kind: 'tensor', type: 'float32', shape: [2] } },
    ],
  },
}

describe('encodeModel', () => {
  it('writes what onnx-proto reads', () => {
    const model = onnx.ModelProto.decode(encodeModel(built))
    const graph = model.graph!
    expect(graph.node!.map((node) => node.opType)).toEqual(built.graph.nodes.map((node) => node.op))
    expect(Number(graph.node![2]!.attribute![0]!.i)).toBe(-1)
    expect(graph.node![1]!.attribute![0]!.ints!.map(Number)).toEqual([0, 1])
    expect(graph.node![0]!.attribute![0]!.f).toBe(0.5)
    expect(graph.node![3]!.attribute![1]!.floats).toEqual([0.5, -2])
    expect(
      graph.initializer![2]!.stringData!.map((bytes) => new TextDecoder().decode(bytes)),
    ).toEqual(['ä', 'b'])
    const sizes = graph.input![0]!.type!.tensorType!.shape!.dim!
    expect([sizes[0]!.dimParam, Number(sizes[1]!.dimValue)]).toEqual(['n', 2])
    expect(model.opsetImport!.map(({ version }) => Number(version))).toEqual([17, 3])
    expect(model.metadataProps![0]).toMatchObject({ key: 'layout', value: 'ntc' })
  })

  it('writes what ONNX Runtime runs', async () => {
    const model = await loadOnnx(encodeModel(built), { threads: 1, output: 'p' })
    const { data } = await model.predict([[1, 1]])
    await model.close()
    // z = [1·1 + 0.5·2, 1·2 + 0.5·2] = [2, 3]
    expect(data[1]! / data[0]!).toBeCloseTo(Math.E, 5)
  })

  it('reads what it writes', () => {
    const { graph, metadata } = decodeModel(encodeModel(built))
    expect(metadata).toEqual(built.metadata)
    expect(graph.inputs[0]!.type).toEqual(built.graph.inputs[0]!.type)
    graph.nodes.forEach((node, i) => {
      for (const [name, attribute] of Object.entries(built.graph.nodes[i]!.attributes!)) {
        expect(decodeAttribute(node.attributes![name]!)).toEqual(attribute)
      }
    })
  })

  it('writes parts that were read byte for byte', () => {
    for (const file of readdirSync(fixture('')).filter((name) => name.endsWith('.onnx'))) {
      const bytes = Uint8Array.from(readFileSync(fixture(file)))
      const again = encodeModel(decodeModel(bytes))
      const plain = (data: Uint8Array): unknown =>
        onnx.GraphProto.toObject(onnx.ModelProto.decode(data).graph as onnx.GraphProto)
      expect(plain(again)).toEqual(plain(bytes))
    }
  })
})

describe('decodeModel', () => {
  it('either reads or refuses whatever bytes it is given', () => {
    const bytes = readFileSync(fixture('zipmap.onnx'))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const broken = Uint8Array.from(bytes.subarray(0, length))
          for (const [at, byte] of changes) if (at < length) broken[at] = byte
          try {
            expect(decodeModel(broken).graph.nodes).toBeInstanceOf(Array)
          } catch (error) {
            expect(error).toBeInstanceOf(WireError)
          }
        },
      ),
      { seed: 42, numRuns: 300 },
    )
  })

  it('refuses types that are nested without end', () => {
    // TypeProto.sequence_type.elem_type, a thousand deep.
    let type: number[] = []
    const wrap = (tag: number, body: number[]): number[] => {
      const length = body.length
      return length < 128
        ? [tag, length, ...body]
        : [
            tag,
            (length & 127) | 128,
            ((length >> 7) & 127) | (length >= 16384 ? 128 : 0),
            ...(length >= 16384 ? [length >> 14] : []),
            ...body,
          ]
    }
    for (let i = 0; i < 1000; i++) type = wrap(0x22, wrap(0x0a, type))
    const graph = wrap(0x3a, wrap(0x5a, wrap(0x12, type)))
    const bytes = Uint8Array.from([0x08, 8, ...graph, ...wrap(0x42, [0x10, 17])])
    expect(() => decodeModel(bytes)).toThrow(/nested/)
  })
})
