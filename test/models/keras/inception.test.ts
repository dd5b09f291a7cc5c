/**
 * InceptionV3 with real weights (299 × 299, five classes, the package nsfwjs): the same by ONNX Runtime as by
 * TensorFlow.js.
 */
import * as tf from '@tensorflow/tfjs-core'
import * as tfLayers from '@tensorflow/tfjs-layers'
import '@tensorflow/tfjs-backend-wasm'
import { expect, it } from 'vitest'
import { RandomState } from '../../../src/math/random-state.ts'
import { loadTfjsLayers } from '../../../src/models/tfjs-layers.ts'
import { inceptionArtifacts, INCEPTION_SIZE as SIZE } from '../../../tools/inception-artifacts.ts'

it('InceptionV3 answers as it does by TensorFlow.js', { timeout: 60_000 }, async () => {
  const artifacts = inceptionArtifacts()
  const random = new RandomState(5)
  const pixels = Float32Array.from({ length: SIZE * SIZE * 3 }, () => random.randomSample())
  const picture = { data: pixels, width: SIZE, height: SIZE, channels: 3 }

  const model = await loadTfjsLayers(artifacts)
  const answer = await model.predict([picture])
  await model.close()
  expect(model.task).toBe('classification')
  expect(model.translation.report.layers.length).toBeGreaterThan(300)

  await tf.setBackend('wasm')
  expect(tf.getBackend()).toBe('wasm')
  const reference = await tfLayers.loadLayersModel({ load: async () => artifacts as never })
  const output = reference.predict(tf.tensor4d(pixels, [1, SIZE, SIZE, 3])) as tf.Tensor
  const expected = [...(await output.data())]
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - answer.data[i]!)))
  expect(answer.data.length).toBe(expected.length)
  expect(worst).toBeLessThanOrEqual(1e-5)
})
