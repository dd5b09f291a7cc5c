/**
 * Steps of training for the network of network.ts, compiled by jax-js.
 *
 * 1. A convolution is a matrix product: the windows of all steps side by side (im2col) times the weights, nine times as
 *    fast as the library's own convolution.
 * 2. Loss: cross-entropy, −Σ targets · log softmax(logits); weights of instances and classes stand in the targets.
 * 3. Adam (D. P. Kingma, J. Ba 2015, algorithm 1) with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
 * 4. The running mean and variance of each batch normalisation move by a twentieth with each batch.
 */
import type { Jax, JaxArray } from './jax.ts'
import {
  channelsInto,
  EPSILON,
  foldBlock,
  type NetworkShape,
  type NetworkWeights,
} from './network.ts'

/** A network in training. It holds memory of the library until it is disposed of. */
export interface Trainer {
  /**
   * One step downhill. `inputs` (batch, length, channels); `targets` (batch, classes): rows of the classes' shares, times
   * the instance's weight, all weights of a batch together 1. Returns the loss before the step.
   */
  readonly step: (inputs: Float32Array, targets: Float32Array, rate: number) => Promise<number>
  /** The weights as they are now. */
  readonly weights: () => Promise<NetworkWeights>
  readonly dispose: () => void
}

/** A network of some shape as a function, compiled once for all weights. */
export interface Forward {
  /** Class probabilities (n, classes) for inputs (n, length, channels). */
  readonly probabilities: (weights: NetworkWeights, inputs: Float32Array) => Promise<Float32Array>
  readonly dispose: () => void
}

const BETA1 = 0.9
const BETA2 = 0.999
const MOMENTUM = 0.95
/** Series in one compiled forward pass: each size of batch would be compiled anew. */
const CHUNK = 32

type Statistics = { mean: JaxArray; variance: JaxArray }[]

/** A trainer that begins at `initial`, for batches of `batch` series. */
export function createTrainer(
  jax: Jax,
  shape: NetworkShape,
  initial: NetworkWeights,
  batch: number,
): Trainer {
  const { numpy: np, nn, jit, valueAndGrad } = jax
  const { filters, length, channels, classes } = shape

  /** Parameters in one list: weight, scale, shift of each block, then dense and bias. */
  const loss = (
    parameters: JaxArray[],
    inputs: JaxArray,
    targets: JaxArray,
  ): [JaxArray, Statistics] => {
    const statistics: Statistics = []
    let hidden = inputs
    filters.forEach((count, i) => {
      const [weight, scale, shift] = parameters.slice(3 * i) as [JaxArray, JaxArray, JaxArray]
      const z = np.matmul(windows(jax, hidden, shape, i, batch), weight)
      const mean = np.mean(z.ref, 0)
      const centred = z.sub(mean.ref)
      const variance = np.mean(np.square(centred.ref), 0)
      statistics.push({ mean, variance: variance.ref })
      const normal = centred.mul(scale.div(np.sqrt(variance.add(EPSILON))))
      hidden = nn.relu(normal.add(shift)).reshape([batch, length, count])
    })
    const [dense, bias] = parameters.slice(-2) as [JaxArray, JaxArray]
    const logits = np.matmul(np.mean(hidden, 1), dense).add(bias)
    return [np.sum(nn.logSoftmax(logits).mul(targets)).mul(-1), statistics]
  }
  const lossAndGradient = valueAndGrad(loss, { hasAux: true })

  const step = jit(
    (
      parameters: JaxArray[],
      first: JaxArray[],
      second: JaxArray[],
      running: Statistics,
      rate: JaxArray,
      inputs: JaxArray,
      targets: JaxArray,
    ) => {
      const [[value, statistics], gradients] = lossAndGradient(
        parameters.map((one) => one.ref),
        inputs,
        targets,
      ) as unknown as [[JaxArray, Statistics], JaxArray[]]
      // m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  θ ← θ − rate · m / (√v + ε), the biases' corrections in `rate`.
      const first1 = first.map((m, i) => m.mul(BETA1).add(gradients[i]!.ref.mul(1 - BETA1)))
      const second1 = second.map((v, i) =>
        v.mul(BETA2).add(np.square(gradients[i]!).mul(1 - BETA2)),
      )
      const parameters1 = parameters.map((one, i) =>
        one.sub(first1[i]!.ref.mul(rate.ref).div(np.sqrt(second1[i]!.ref).add(1e-8))),
      )
      rate.dispose()
      const running1 = running.map((old, i) => ({
        mean: old.mean.mul(MOMENTUM).add(statistics[i]!.mean.mul(1 - MOMENTUM)),
        variance: old.variance.mul(MOMENTUM).add(statistics[i]!.variance.mul(1 - MOMENTUM)),
      }))
      return { parameters1, first1, second1, running1, value }
    },
  )

  let parameters = arraysOf(jax, shape, initial)
  let first = parameters.map((one) => np.zeros(one.shape))
  let second = parameters.map((one) => np.zeros(one.shape))
  let running: Statistics = initial.blocks.map(({ mean, variance }) => ({
    mean: np.array(mean),
    variance: np.array(variance),
  }))
  let steps = 0
  return {
    async step(inputs, targets, rate) {
      steps++
      const corrected = (rate * Math.sqrt(1 - BETA2 ** steps)) / (1 - BETA1 ** steps)
      const after = step(
        parameters,
        first,
        second,
        running,
        np.array(Float32Array.of(corrected)),
        np.array(inputs).reshape([batch, length, channels]),
        np.array(targets).reshape([batch, classes]),
      )
      parameters = after.parameters1
      first = after.first1
      second = after.second1
      running = after.running1
      return (await after.value.data())[0]!
    },
    async weights() {
      const values = await Promise.all(parameters.map((one) => copyOf(one)))
      const blocks = running.map(async ({ mean, variance }, i) => ({
        weight: values[3 * i]!,
        scale: values[3 * i + 1]!,
        shift: values[3 * i + 2]!,
        mean: await copyOf(mean),
        variance: await copyOf(variance),
      }))
      return { blocks: await Promise.all(blocks), dense: values.at(-2)!, bias: values.at(-1)! }
    },
    dispose() {
      for (const one of [...parameters, ...first, ...second]) one.dispose()
      for (const { mean, variance } of running) {
        mean.dispose()
        variance.dispose()
      }
      step.dispose()
    },
  }
}

/** Networks of a shape as a function, their batch normalisations folded into the convolutions. */
export function createForward(jax: Jax, shape: NetworkShape): Forward {
  const { numpy: np, nn, jit } = jax
  const { filters, kernels, length, channels, classes } = shape
  const run = jit((parameters: JaxArray[], inputs: JaxArray) => {
    let hidden = inputs
    filters.forEach((count, i) => {
      const [weight, bias] = parameters.slice(2 * i) as [JaxArray, JaxArray]
      const z = np.matmul(windows(jax, hidden, shape, i, CHUNK), weight).add(bias)
      hidden = nn.relu(z).reshape([CHUNK, length, count])
    })
    const [dense, bias] = parameters.slice(-2) as [JaxArray, JaxArray]
    return nn.softmax(np.matmul(np.mean(hidden, 1), dense).add(bias))
  })
  const size = length * channels
  return {
    async probabilities(weights, inputs) {
      const parameters = [
        ...weights.blocks.flatMap((block, i) => {
          const { weight, bias } = foldBlock(block)
          const columns = kernels[i]! * channelsInto(shape, i)
          return [np.array(weight).reshape([columns, filters[i]!]), np.array(bias)]
        }),
        np.array(weights.dense).reshape([filters.at(-1)!, classes]),
        np.array(weights.bias),
      ]
      const n = inputs.length / size
      const out = new Float32Array(n * classes)
      for (let from = 0; from < n; from += CHUNK) {
        const piece = new Float32Array(CHUNK * size)
        piece.set(inputs.subarray(from * size, (from + CHUNK) * size))
        const answer = run(
          parameters.map((one) => one.ref),
          np.array(piece).reshape([CHUNK, length, channels]),
        )
        const values = (await answer.data()) as Float32Array
        out.set(values.subarray(0, Math.min(CHUNK, n - from) * classes), from * classes)
      }
      for (const one of parameters) one.dispose()
      return out
    },
    dispose: () => run.dispose(),
  }
}

/** (batch · length, kernel · channels): the window around each step, with zeros beyond the ends. */
function windows(
  { numpy: np }: Jax,
  series: JaxArray,
  shape: NetworkShape,
  i: number,
  batch: number,
): JaxArray {
  const kernel = shape.kernels[i]!
  const half = kernel >> 1
  const padded = np.pad(series, [
    [0, 0],
    [half, half],
    [0, 0],
  ])
  const shifted = Array.from({ length: kernel }, (_, k) =>
    (k === kernel - 1 ? padded : padded.ref).slice([], [k, k + shape.length]),
  )
  const columns = kernel * channelsInto(shape, i)
  return np.concatenate(shifted, 2).reshape([batch * shape.length, columns])
}

function arraysOf({ numpy: np }: Jax, shape: NetworkShape, weights: NetworkWeights): JaxArray[] {
  const { filters, kernels, classes } = shape
  return [
    ...weights.blocks.flatMap(({ weight, scale, shift }, i) => [
      np.array(weight).reshape([kernels[i]! * channelsInto(shape, i), filters[i]!]),
      np.array(scale),
      np.array(shift),
    ]),
    np.array(weights.dense).reshape([filters.at(-1)!, classes]),
    np.array(weights.bias),
  ]
}

async function copyOf(array: JaxArray): Promise<Float32Array> {
  return Float32Array.from((await array.ref.data()) as Float32Array)
}
