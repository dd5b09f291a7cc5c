/**
 * The network for series, as numbers: a small fully convolutional one (Z. Wang, W. Yan, T. Oates: Time series
 * classification from scratch with deep neural networks, IJCNN 2017, section II-B).
 *
 * 1. Three blocks of convolution over time with zeros at the ends, batch normalisation, and ReLU.
 * 2. The mean over time; a dense layer; softmax.
 *
 * Differs on purpose: 32, 64, 32 filters in place of 128, 256, 128, a sixteenth of the work, and kernels of 9, 5, 3 steps
 * in place of 8, 5, 3, so that each output stands in the middle of what it sees.
 */
import type { RandomState } from '../math/random-state.ts'

/** Sizes of a network. */
export interface NetworkShape {
  /** Time steps of a series. */
  readonly length: number
  readonly channels: number
  readonly classes: number
  /** Filters of each convolution. */
  readonly filters: readonly number[]
  /** Time steps that each convolution sees, odd. */
  readonly kernels: readonly number[]
}

/** One convolution with its batch normalisation. */
export interface Block {
  /** (kernel · channels in, filters), step by step, channels within a step. */
  readonly weight: Float32Array
  /** (filters): what the normalised values are multiplied by, and what is added then. */
  readonly scale: Float32Array
  readonly shift: Float32Array
  /** (filters): running mean and variance of the convolution's output. */
  readonly mean: Float32Array
  readonly variance: Float32Array
}

/** The weights of a network. */
export interface NetworkWeights {
  readonly blocks: readonly Block[]
  /** (filters of the last block, classes), and (classes). */
  readonly dense: Float32Array
  readonly bias: Float32Array
}

/** A convolution that has its batch normalisation within. */
export interface FoldedBlock {
  readonly weight: Float32Array
  readonly bias: Float32Array
}

/** What is added to a variance before its root is taken. */
export const EPSILON = 1e-3

/** Random weights: gaussians of variance 2 / inputs (He et al. 2015) for convolutions, 1 / inputs for the dense layer. */
export function initialWeights(shape: NetworkShape, random: RandomState): NetworkWeights {
  const blocks = shape.filters.map((filters, i) => {
    const inputs = shape.kernels[i]! * channelsInto(shape, i)
    return {
      weight: gaussians(inputs * filters, Math.sqrt(2 / inputs), random),
      scale: new Float32Array(filters).fill(1),
      shift: new Float32Array(filters),
      mean: new Float32Array(filters),
      variance: new Float32Array(filters).fill(1),
    }
  })
  const last = shape.filters.at(-1)!
  return {
    blocks,
    dense: gaussians(last * shape.classes, Math.sqrt(1 / last), random),
    bias: new Float32Array(shape.classes),
  }
}

/** Channels that enter block `i`. */
export function channelsInto(shape: NetworkShape, i: number): number {
  return i === 0 ? shape.channels : shape.filters[i - 1]!
}

/** Batch normalisation drawn into its convolution: w′ = w · s / √(σ² + ε), b′ = t − μ · s / √(σ² + ε). */
export function foldBlock({ weight, scale, shift, mean, variance }: Block): FoldedBlock {
  const filters = scale.length
  const factors = scale.map((one, f) => one / Math.sqrt(variance[f]! + EPSILON))
  return {
    weight: weight.map((one, i) => one * factors[i % filters]!),
    bias: shift.map((one, f) => one - mean[f]! * factors[f]!),
  }
}

function gaussians(count: number, deviation: number, random: RandomState): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal(0, deviation))
}
