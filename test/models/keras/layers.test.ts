/**
 * Every layer against Keras: models of `tools/make-keras-fixtures.py`, run by ONNX Runtime, compared with what Keras
 * answered when the files were made.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { translateKeras } from '../../../src/models/keras.ts'
import { expectedOf, FORMATS, type Group, modelBytes, VERSIONS, worstError } from './fixtures.ts'

const REFUSED = ['lambda-layer', 'custom-layer']
const TOLERANCE = 1e-5

for (const version of VERSIONS) {
  const { keras, groups } = expectedOf(version)
  for (const format of FORMATS) {
    describe(`Keras ${keras}, ${format}`, () => {
      const names = Object.keys(groups).filter((name) => !REFUSED.includes(name))
      it.each(names)('answers as Keras does: %s', async (name) => {
        const group = groups[name]!
        const { outputs, errors } = await run(group, modelBytes(name, version, format))
        const shapes = group.outputs.map(({ shape }) => shape)
        expect(outputs).toEqual(shapes)
        expect(errors.filter(({ error }) => !(error <= TOLERANCE))).toEqual([])
      })
    })
  }
}

async function run(group: Group, bytes: Uint8Array) {
  const { onnx, inputs, outputs } = await translateKeras(bytes)
  const session = await InferenceSession.create(onnx, { logSeverityLevel: 3 })
  const feeds = group.inputs.map(({ data, shape }, i) => [
    inputs[i]!.name,
    new Tensor('float32', Float32Array.from(data), [...shape]),
  ])
  const results = await session.run(Object.fromEntries(feeds))
  const tensors = outputs.map(({ name }) => results[name]!)
  const errors = group.outputs.map(({ name, data }, i) => ({
    output: name,
    error: worstError(tensors[i]!.data as Float32Array, data),
  }))
  await session.release()
  return { outputs: tensors.map(({ dims }) => [...dims]), errors }
}
