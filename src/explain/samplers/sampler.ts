/**
 * Which samples are drawn: LIME's own, or rows of switches by a design.
 *
 * `auto` goes by the first of these that holds:
 * 1. the instance has values in place of switches, or a kernel or distance was asked for: LIME's own draws;
 * 2. all 2^d rows are few and equal rows are equal inputs: all of them;
 * 3. the budget is well above the number of features: the factorial design;
 * 4. else GLIME's independent draws, since complements would halve the number of independent samples.
 */
import { OptionError } from '../../contract/errors.ts'
import {
  type BitMatrix,
  createBitMatrix,
  fillBitRow,
  getBit,
  setBit,
} from '../../math/bit-matrix.ts'
import { RandomState } from '../../math/random-state.ts'
import type { Fitted } from '../build-explanation.ts'
import type { EvenSamples } from '../least-squares.ts'
import type { Neighbourhood, Surroundings, SwitchLaw } from '../neighbourhood.ts'
import type { Sampling, Settings } from '../settings.ts'
import { stackNeighbourhoods, withoutFirst } from '../stack-neighbourhoods.ts'
import { drawMasks } from './draw-masks.ts'
import { allMasks, chancesOf, MOST_ENUMERATED } from './exhaustive-design.ts'
import {
  allPairs,
  factorialBlock,
  factorialDesign,
  type NextMasks,
  pairedDesign,
} from './factorial-design.ts'
import { independentDesign, tiltedChances } from './independent-design.ts'

/** Samples for one instance, block after block; the first row of all is the instance. */
export interface Sampler<Input> {
  readonly name: Exclude<Sampling, 'auto'> | 'shap'
  /** Why `auto` took it. */
  readonly why: string | undefined
  /**
   * How samples weigh. `kernel`: by their distance. `even`: alike, and the instance not at all. An array (n): as it says.
   */
  readonly weighting: 'kernel' | 'even' | Float64Array
  /** Whether the samples after the instance come in pairs of complements. */
  readonly paired: boolean
  /** How many pairs there are, where none comes twice and equal ones have equal answers. */
  readonly pairs?: number
  /** Samples that the first block should have. */
  readonly first: number
  /** About n further samples; with the first of them comes the instance. */
  readonly next: (n: number) => Neighbourhood<Input> | Promise<Neighbourhood<Input>>
  /** Further samples, of which the model will not be asked. */
  readonly more: (() => EvenSamples) | undefined
  /** The fit of one label's answers (n) to the samples of these numbers (n), where it is not a surrogate's. */
  readonly solve?: ((y: Float64Array, kept: Int32Array) => Fitted) | undefined
}

/** Rows enumerated by `auto` at most. */
const FEW = 256
/** Samples of the first block at least. */
const FIRST = 64
/** Samples for each feature from which on `auto` takes the factorial design. */
const AMPLE = 2.5
/** Samples that the model is not asked about: as many as make so many switches, within bounds. */
const MORE_SWITCHES = 2 ** 18
const [LEAST_MORE, MOST_MORE] = [1024, 4096]

/** The sampler that the settings ask for; throws an OptionError where it does not fit the instance or the budget. */
export async function chooseSampler<Input>(
  name: string,
  around: Surroundings<Input>,
  settings: Settings,
): Promise<Sampler<Input>> {
  const { sampling, maxSamples, control } = settings
  if (settings.method === 'shap') {
    const { shapleySampler } = await import('../shap/shapley-sampler.ts')
    return shapleySampler(around, settings)
  }
  const d = around.features.length
  const chosen = sampling === 'auto' ? automatic(around, settings) : { sampling, why: undefined }
  const { why } = chosen
  if (chosen.sampling === 'lime') {
    let begun = false
    return {
      name: 'lime',
      why,
      weighting: 'kernel',
      paired: false,
      first: settings.numSamples === 'auto' ? Math.max(2 * FIRST, 4 * d) : settings.numSamples,
      next: async (n) => {
        const drawn = await around.draw(begun ? n + 1 : n, control)
        const rest = begun ? withoutFirst(drawn) : drawn
        begun = true
        return rest
      },
      more: undefined,
    }
  }
  if (chosen.sampling === 'conditional') return conditional(name, around, settings)
  const { law } = around
  if (law === undefined) throw noSwitches(name, chosen.sampling)
  if (chosen.sampling === 'exhaustive') return exhaustive(name, around, law, settings, why)
  const factorial = chosen.sampling === 'factorial'
  const seed = around.random.randint(0, 2 ** 31 - 1)
  const width = settings.kernelAsked ? settings.kernelWidth : 0.75 * Math.sqrt(d)
  const active = activeFeatures(around)
  const chances = tiltedChances(law, width)
  const design = (random: RandomState, paired = factorialDesign): NextMasks => {
    const masks = factorial
      ? paired(active.length, random)
      : independentDesign(
          Float64Array.from(active, (j) => chances[j]!),
          random,
        )
    return active.length === d ? masks : (n) => spreadColumns(masks(n), active, d)
  }
  const nextMasks = design(around.random)
  let begun = false
  let many: EvenSamples | undefined
  return {
    name: chosen.sampling,
    why,
    weighting: 'even',
    paired: factorial,
    ...(factorial && around.fixed && { pairs: allPairs(active.length) }),
    first:
      Math.max(FIRST, Math.min(factorial ? factorialBlock(active.length) : 2 * d, maxSamples - 1)) +
      1,
    next: async (n) => {
      const masks = await drawMasks(nextMasks, begun ? n : Math.max(1, n - 1), d, control)
      const drawn = around.switched(masks)
      if (begun) return drawn
      begun = true
      return stackNeighbourhoods([instanceAlone(around), drawn])
    },
    more: () => {
      if (many === undefined) {
        const random = new RandomState(seed)
        const rows = Math.floor(MORE_SWITCHES / d / 2) * 2
        const masks = design(random, pairedDesign)(Math.min(MOST_MORE, Math.max(LEAST_MORE, rows)))
        const { interpretable: X, cells } = around.switched(masks, { random })
        many = { X, cells, paired: factorial }
      }
      return many
    },
  }
}

function automatic<Input>(
  { law, fixed, features }: Surroundings<Input>,
  { kernelAsked, findWidth, maxSamples }: Settings,
): { readonly sampling: Exclude<Sampling, 'auto'>; readonly why: string } {
  const d = features.length
  if (law === undefined) {
    return { sampling: 'lime', why: 'the features are values and no switches' }
  }
  if (kernelAsked || findWidth) {
    return { sampling: 'lime', why: 'a kernel or distance was asked for' }
  }
  if (fixed && 2 ** d <= Math.min(FEW, maxSamples)) {
    return { sampling: 'exhaustive', why: `${d} features have ${2 ** d} combinations only` }
  }
  if (maxSamples >= AMPLE * d) {
    return { sampling: 'factorial', why: `${maxSamples} samples are ample for ${d} features` }
  }
  return { sampling: 'glime', why: `${maxSamples} samples are few for ${d} features` }
}

/** Independent switches, each on half the time; what is off comes from training rows. */
function conditional<Input>(
  name: string,
  around: Surroundings<Input>,
  { maxSamples }: Settings,
): Sampler<Input> {
  const { conditional: draw } = around
  if (draw === undefined) {
    throw new OptionError({
      where: `${name}.explain, options.sampling`,
      got: 'conditional',
      expected: 'a table to take rows from',
      remedy: "Take sampling: 'auto'.",
    })
  }
  const d = around.features.length
  const nextMasks = independentDesign(new Float64Array(d).fill(0.5), around.random)
  let begun = false
  return {
    name: 'conditional',
    why: undefined,
    weighting: 'even',
    paired: false,
    first: Math.min(maxSamples, Math.max(FIRST, 2 * d)),
    next: async (n) => {
      const drawn = await draw(nextMasks(begun ? n : Math.max(1, n - 1)))
      if (begun) return drawn
      begun = true
      return stackNeighbourhoods([instanceAlone(around), drawn])
    },
    more: undefined,
  }
}

/** Every row once, with the weights of LIME's limit, scaled so that they sum to the number of rows. */
function exhaustive<Input>(
  name: string,
  around: Surroundings<Input>,
  law: SwitchLaw,
  settings: Settings,
  why: string | undefined,
): Sampler<Input> {
  const d = around.features.length
  if (d > MOST_ENUMERATED || 2 ** d > settings.maxSamples) {
    throw new OptionError({
      where: `${name}.explain, options.sampling`,
      got: `exhaustive for ${d} features and ${settings.maxSamples} samples`,
      expected:
        d > MOST_ENUMERATED
          ? `at most ${MOST_ENUMERATED} features`
          : `at least 2^${d} = ${2 ** d} samples`,
      remedy: "Take sampling: 'factorial', or raise numSamples or maxSamples.",
    })
  }
  const masks = allMasks(d)
  const chance = chancesOf(masks, law)
  const weights = new Float64Array(masks.rows + 1)
  weights.set(
    chance.map((one) => one * masks.rows),
    1,
  )
  return {
    name: 'exhaustive',
    why,
    weighting: weights,
    paired: false,
    first: masks.rows + 1,
    next: () => stackNeighbourhoods([instanceAlone(around), around.switched(masks)]),
    more: undefined,
  }
}

/** The features that change something. */
function activeFeatures<Input>({ inert, features }: Surroundings<Input>): Int32Array {
  const all = Int32Array.from(features.keys())
  const active = inert === undefined ? all : all.filter((j) => inert[j] === 0)
  return active.length === 0 ? all : active
}

/** The columns of `masks` as those named by `columns` of d; the others are on. */
function spreadColumns(masks: BitMatrix, columns: Int32Array, d: number): BitMatrix {
  const spread = createBitMatrix(masks.rows, d)
  for (let i = 0; i < masks.rows; i++) {
    fillBitRow(spread, i)
    columns.forEach((j, k) => {
      if (!getBit(masks, i, k)) setBit(spread, i, j, false)
    })
  }
  return spread
}

function noSwitches(name: string, sampling: string): OptionError {
  return new OptionError({
    where: `${name}.explain, options.sampling`,
    got: `${sampling} for features that are values`,
    expected: 'lime, or auto',
    remedy:
      'Only features that are on or off have designs: cut numbers into bins (discretizeContinuous).',
  })
}

function instanceAlone<Input>(around: Surroundings<Input>): Neighbourhood<Input> {
  const mask = createBitMatrix(1, around.features.length)
  fillBitRow(mask, 0)
  return around.switched(mask, { exact: true })
}
