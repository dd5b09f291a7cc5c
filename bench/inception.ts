/**
 * `npm run -s bench -- inception`: InceptionV3 (299 × 299, real weights) explained, beside TensorFlow.js.
 *
 * One explanation of 1000 perturbations by ONNX Runtime; the same weights run by TensorFlow.js' WebAssembly backend on
 * some of the pictures before and after it, whose median time times the number of model calls is the reference (the whole
 * explanation would take it ten minutes). The note says which share of our time was spent inside ONNX Runtime.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import * as tf from '@tensorflow/tfjs-core'
import * as tfLayers from '@tensorflow/tfjs-layers'
import '@tensorflow/tfjs-backend-wasm'
import { ImageExplainer, RandomState, type RasterImage } from '../src/index.ts'
import { loadTfjsLayers } from '../src/models/tfjs.ts'
import {
  INCEPTION_CLASSES,
  INCEPTION_SIZE,
  inceptionArtifacts,
} from '../tools/inception-artifacts.ts'
import type { BenchOptions } from './main.ts'
import { median, timed } from './reference/interleave.ts'

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const artifacts = inceptionArtifacts()
  const model = await loadTfjsLayers(artifacts, {
    classNames: INCEPTION_CLASSES,
    image: { range: [0, 1] },
  })
  const reference = await tensorflow(artifacts)
  const picture = syntheticPicture()
  const explainer = new ImageExplainer({ randomState: 1, segmentation: 'slic' })
  const tfjsTimes: number[] = []
  const askReference = async () => {
    for (let i = 0; i < (quick ? 2 : 6); i++) tfjsTimes.push(await timed(() => reference(picture)))
  }
  await model.predict([picture, picture])
  await reference(picture)
  await askReference()
  const before = model.runSeconds()
  const delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  let last = 0
  const numSamples = quick ? 60 : 1000
  const explanation = await explainer.explain(picture, model, {
    numSamples,
    onProgress: ({ stage }) => {
      // Cutting the picture into segments, before the first sample, is not the model's.
      if (stage === 'predicting' && last++ === 0) delays.reset()
    },
  })
  delays.disable()
  const inside = model.runSeconds() - before
  await askReference()
  await model.close()
  const { seconds, modelCalls } = explanation.diagnostics
  const theirs = (median(tfjsTimes) * modelCalls) / 1000
  const share = ((100 * inside) / seconds).toFixed(1)
  emit({
    case: `InceptionV3, ${numSamples} perturbations (${modelCalls} model calls)`,
    ours: seconds,
    reference: theirs,
    ratio: theirs / seconds,
    unit: 's',
    note: `${share} % inside ONNX Runtime; event loop blocked ${(delays.max / 1e6).toFixed(0)} ms at most`,
  })
  emit({
    case: 'InceptionV3, one picture',
    ours: (1000 * inside) / modelCalls,
    reference: median(tfjsTimes),
    ratio: (median(tfjsTimes) * modelCalls) / (1000 * inside),
    unit: 'ms',
  })
}

/** The same weights by TensorFlow.js, its WebAssembly backend. */
async function tensorflow(artifacts: object): Promise<(picture: RasterImage) => Promise<unknown>> {
  await tf.setBackend('wasm')
  if (tf.getBackend() !== 'wasm') throw new Error(`TensorFlow.js runs by ${tf.getBackend()}`)
  const model = await tfLayers.loadLayersModel({ load: async () => artifacts as never })
  return async ({ data, width, height }) => {
    const input = tf.tensor4d(
      Float32Array.from(data, (byte) => byte / 255),
      [1, height, width, 3],
    )
    const output = model.predict(input) as tf.Tensor
    await output.data()
    tf.dispose([input, output])
  }
}

/** Soft discs of colour on a gradient: enough edges to be cut along. */
function syntheticPicture(): RasterImage {
  const size = INCEPTION_SIZE
  const random = new RandomState(3)
  const data = new Uint8Array(size * size * 3)
  const discs = Array.from({ length: 14 }, () => ({
    x: random.randint(0, size),
    y: random.randint(0, size),
    radius: random.randint(20, 70),
    colour: [0, 1, 2].map(() => random.randint(0, 256)),
  }))
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const disc = discs.findLast((one) => Math.hypot(x - one.x, y - one.y) < one.radius)
      for (let c = 0; c < 3; c++, at++) {
        const noise = random.randint(0, 24)
        data[at] = Math.min(255, (disc?.colour[c] ?? 60 + c * 40 + (x + y) / 6) + noise)
      }
    }
  }
  return { data, width: size, height: size, channels: 3 }
}
