/**
 * `npm run -s bench -- inception`: InceptionV3 (299 × 299, real weights) explained, beside TensorFlow.js.
 *
 * One explanation of 1000 perturbations by ONNX Runtime. It pauses every so many batches for the same weights run by
 * TensorFlow.js' WebAssembly backend on one picture, so that a machine that slows down slows both; the median of these
 * times the number of model calls is the reference, and the pauses are not counted. The note says which share of our time
 * was spent inside ONNX Runtime, and for how long the event loop of the caller was blocked at most, from the first step of
 * the segmentation to the end of the fit, and in which stage. Where the system counts it (Linux), the time for which this
 * thread was computing meanwhile stands beside: the rest is waiting for a processor.
 */
import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import * as tfLayers from '@tensorflow/tfjs-layers'
import '@tensorflow/tfjs-backend-wasm'
import { ImageExplainer, type Predictor, RandomState, type RasterImage } from '../src/index.ts'
import type { OnnxInput } from '../src/models/onnx.ts'
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
  await model.predict([picture, picture])
  await reference(picture)

  const lag = lagMeter()
  const theirs: number[] = []
  let paused = 0
  const pausing = withPauses(model, quick ? 2 : 8, async () => {
    lag.stop()
    const time = await timed(() => reference(picture))
    theirs.push(time)
    paused += time / 1000
    lag.start()
  })
  const explainer = new ImageExplainer({ randomState: 1, segmentation: 'slic' })
  const before = model.runSeconds()
  const numSamples = quick ? 60 : 1000
  lag.start()
  const { diagnostics } = await explainer.explain(picture, pausing, {
    numSamples,
    sampling: 'lime',
    onProgress: ({ stage }) => lag.enter(stage),
  })
  // What blocked last is seen by the timer after it.
  await new Promise((resolve) => setTimeout(resolve, 10))
  const blocked = lag.stop()
  const inside = model.runSeconds() - before
  await model.close()

  const { modelCalls } = diagnostics
  const seconds = diagnostics.seconds! - paused
  const share = ((100 * inside) / seconds).toFixed(1)
  const all = (median(theirs) * modelCalls) / 1000
  emit({
    case: `InceptionV3, ${numSamples} perturbations (${modelCalls} model calls)`,
    ours: seconds,
    reference: all,
    ratio: all / seconds,
    unit: 's',
    note: `${share} % inside ONNX Runtime; event loop blocked ${blocked}`,
  })
  emit({
    case: 'InceptionV3, one picture',
    ours: (1000 * inside) / modelCalls,
    reference: median(theirs),
    ratio: (median(theirs) * modelCalls) / (1000 * inside),
    unit: 'ms',
  })
}

/** The model, which does something else before every so many batches, when none is under way. */
function withPauses(
  model: Predictor<OnnxInput>,
  every: number,
  pause: () => Promise<void>,
): Predictor<RasterImage> {
  let calls = 0
  let gate: Promise<unknown> = Promise.resolve()
  let running: Promise<unknown> = Promise.resolve()
  return {
    ...model,
    predict: async (inputs, context) => {
      if (calls++ % every === 0) {
        const before = running
        gate = gate.then(() => before).then(pause)
      }
      const own = gate.then(() => model.predict(inputs, context))
      running = Promise.allSettled([running, own])
      return own
    },
  }
}

/** How late timers of 5 ms come: for how long something else held the thread, and in which stage. */
function lagMeter() {
  const late: { milliseconds: number; computing: number | undefined; stage: string }[] = []
  let timer: NodeJS.Timeout | undefined
  let stage = 'segmenting'
  let last = 0
  let computed: number | undefined
  const look = () => {
    const now = performance.now()
    const used = computingTime()
    const computing = used === undefined ? undefined : used - computed!
    late.push({ milliseconds: Math.max(0, now - last - 5), computing, stage })
    last = now
    computed = used
  }
  const stop = () => {
    clearInterval(timer)
    const sorted = [...late].sort((a, b) => a.milliseconds - b.milliseconds)
    const most = sorted.at(-1)
    if (most === undefined) return 'never'
    const share =
      most.computing === undefined ? '' : `, ${most.computing.toFixed(0)} ms of it computing`
    const computing = Math.max(...late.map((one) => one.computing ?? Number.NaN))
    const ever = Number.isNaN(computing) ? '' : `; computing ${computing.toFixed(0)} ms at most`
    const usual = sorted[Math.floor(0.99 * (sorted.length - 1))]!.milliseconds
    return `${most.milliseconds.toFixed(0)} ms at most (${most.stage}${share}), ${usual.toFixed(0)} ms in 99 %${ever}`
  }
  return {
    stop,
    start: () => {
      clearInterval(timer)
      last = performance.now()
      computed = computingTime()
      timer = setInterval(look, 5)
    },
    enter: (next: string) => {
      stage = next
    },
  }
}

/** Milliseconds for which this thread has been on a processor; undefined where the system does not say. */
function computingTime(): number | undefined {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  } catch {
    return undefined
  }
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
