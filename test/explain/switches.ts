/** A neighbourhood for tests: d switches, every model input a row of 0 and 1. */
import type { Explanation, Feature } from '../../src/contract/explanation.ts'
import type { Model } from '../../src/contract/predictor.ts'
import { explainNeighbourhood } from '../../src/explain/explain-neighbourhood.ts'
import type { Neighbourhood, Surroundings, SwitchLaw } from '../../src/explain/neighbourhood.ts'
import { drawSwitches, evenLaw } from '../../src/explain/random-switches.ts'
import {
  type ExplainerOptions,
  type ExplainOptions,
  resolveSettings,
} from '../../src/explain/settings.ts'
import { type BitMatrix, createBitMatrix, denseRow, fillBitRow } from '../../src/math/bit-matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'

/** n rows of d switches, on with probability ½; row 0 all on. Equal rows share a code. */
export function switches(n: number, d: number, seed = 1): Neighbourhood<readonly number[]> {
  const random = new RandomState(seed)
  const bits = createBitMatrix(n, d)
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < d; j++) {
      if (random.randomSample() < 0.5) bits.words[i * bits.stride + (j >>> 5)]! |= 1 << (j & 31)
    }
  }
  fillBitRow(bits, 0)
  return switchedRows(bits)
}

/** Every model input is its row of switches. */
function switchedRows(bits: BitMatrix): Neighbourhood<readonly number[]> {
  return {
    interpretable: bits,
    codes: { words: bits.words, stride: bits.stride },
    inputs: (rows) => Array.from(rows, (i) => Array.from(denseRow(bits, i))),
  }
}

/** Surroundings whose own draws are `neighbourhood`. */
export function around(
  neighbourhood: Neighbourhood<readonly number[]>,
  law: SwitchLaw = evenLaw(neighbourhood.interpretable.cols),
  seed = 7,
): Surroundings<readonly number[]> {
  const d = neighbourhood.interpretable.cols
  const features = Array.from(
    { length: d },
    (_, j): Feature => ({
      name: `s${j}`,
      part: { kind: 'tabular', columns: [j], value: 1 },
    }),
  )
  return {
    instance: {
      kind: 'tabular',
      columns: features.map(({ name }) => name),
      values: new Array(d).fill(1),
    },
    features,
    law,
    fixed: true,
    checkSize: () => {},
    random: new RandomState(seed),
    draw: () => neighbourhood,
    switched: switchedRows,
    options: {},
    warnings: [],
  }
}

/** Runs the pipeline over d switches, samples drawn by `options.sampling`; any kernel is flat unless it is given. */
export async function explainDesign(
  model: Model<readonly number[]>,
  d: number,
  options: ExplainOptions,
  fixed: ExplainerOptions = {},
  law: SwitchLaw = evenLaw(d),
  seed = 7,
): Promise<Explanation> {
  const surroundings = around(switches(2, d), law, seed)
  return explainNeighbourhood({
    name: 'Switches',
    domain: 'tabular',
    surroundings: {
      ...surroundings,
      draw: (n) => switchedRows(drawSwitches(n, d, surroundings.random)),
    },
    model,
    settings: resolveSettings('Switches', { mode: 'regression', ...fixed }, options, {
      kernelWidth: 0.25,
      numFeatures: 1000,
      numSamples: 4096,
      distanceMetric: 'cosine',
      batchSize: 5000,
    }),
    began: performance.now(),
  })
}

function givenSamples(options: ExplainOptions): ExplainOptions {
  return { sampling: 'lime', numSamples: 200, ...options }
}

/** Runs the pipeline over given samples, as if LIME had drawn them. */
export function explainSwitches(
  model: Model<readonly number[]>,
  options: ExplainOptions = {},
  fixed: ExplainerOptions = {},
  neighbourhood = switches(typeof options.numSamples === 'number' ? options.numSamples : 200, 4),
): Promise<Explanation> {
  return explainNeighbourhood({
    name: 'Switches',
    domain: 'tabular',
    surroundings: around(neighbourhood),
    model,
    settings: resolveSettings('Switches', fixed, givenSamples(options), {
      kernelWidth: 2,
      numFeatures: 10,
      numSamples: 200,
      distanceMetric: 'euclidean',
      batchSize: 50,
    }),
    began: performance.now(),
  })
}

/** `[1 − p, p]` from the logit `bias + Σ weights[j] x[j]`. */
export function logistic(weights: readonly number[], bias = 0) {
  return (rows: readonly (readonly number[])[]): number[][] =>
    rows.map((row) => {
      const z = weights.reduce((sum, weight, j) => sum + weight * row[j]!, bias)
      const p = 1 / (1 + Math.exp(-z))
      return [1 - p, p]
    })
}
