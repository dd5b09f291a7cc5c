/**
 * Draws perturbations in which a rule holds, and counts how often the model's class stays.
 *
 * 1. The features of the rule are on; each other feature is on by its chance (tables: the share of the instance's own bin
 *    or category in the training data; else ½), independently.
 * 2. The explainer makes model inputs of these rows, as it does for LIME (`Surroundings.switched`).
 * 3. Rows are kept: a row drawn for a rule counts for every longer rule whose features happen to be on in it, since given
 *    these it is distributed as that rule's own.
 *
 * Coverage, the chance that the rule holds, is the product of its features' chances: exact, nothing is drawn for it.
 */
import { OptionError } from '../contract/errors.ts'
import type { Predictor } from '../contract/predictor.ts'
import type { Control } from '../contract/progress.ts'
import { Inquiry } from '../explain/ask-model.ts'
import type { Surroundings, SwitchLaw } from '../explain/neighbourhood.ts'
import { type BitMatrix, createBitMatrix, getBit, setBit } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import type { Arm } from './kl-lucb.ts'

/** A rule as an arm: its features in the order of adding, and what is known of its precision. */
export interface Rule extends Arm {
  readonly features: readonly number[]
  readonly coverage: number
}

/** Rows drawn for one rule, and whether the class stayed. */
interface Drawn {
  readonly features: readonly number[]
  readonly masks: BitMatrix
  readonly hits: Uint8Array
}

/** One instance, one model, and all draws so far. */
export class RuleSampler<Input> {
  /** Chance (d) that a feature is on. */
  readonly chances: Float64Array
  samples = 0
  calls = 0
  batches = 0
  modelSeconds = 0
  readonly #surroundings: Surroundings<Input>
  readonly #predictor: Predictor<Input>
  readonly #label: number
  readonly #control: Control
  readonly #random: RandomState
  readonly #most: number
  readonly #batchSize: number
  readonly #began: number
  readonly #drawn: Drawn[] = []

  constructor(request: {
    readonly surroundings: Surroundings<Input>
    readonly predictor: Predictor<Input>
    readonly label: number
    readonly control: Control
    readonly random: RandomState
    /** Draws at most. */
    readonly most: number
    /** Draws of one rule at a time. */
    readonly batchSize: number
    readonly began: number
  }) {
    this.#surroundings = request.surroundings
    this.#predictor = request.predictor
    this.#label = request.label
    this.#control = request.control
    this.#random = request.random
    this.#most = request.most
    this.#batchSize = request.batchSize
    this.#began = request.began
    this.chances = chancesOf(request.surroundings.law)
  }

  /** A rule with what earlier draws tell of it. */
  rule(features: readonly number[]): Rule {
    const rule: Rule = {
      features,
      coverage: features.reduce((product, feature) => product * this.chances[feature]!, 1),
      draws: 0,
      hits: 0,
    }
    for (const { features: own, masks, hits } of this.#drawn) {
      if (own.length >= features.length || !own.every((one) => features.includes(one))) continue
      const added = features.filter((feature) => !own.includes(feature))
      for (let i = 0; i < masks.rows; i++) {
        if (!added.every((feature) => getBit(masks, i, feature))) continue
        rule.draws++
        rule.hits += hits[i]!
      }
    }
    return rule
  }

  /** Draws a batch for each of these rules; false where the bound is reached and nothing was drawn. */
  async draw(rules: readonly Rule[]): Promise<boolean> {
    const each = Math.min(this.#batchSize, Math.floor((this.#most - this.samples) / rules.length))
    if (each < 1) return false
    const d = this.chances.length
    const masks = createBitMatrix(each * rules.length, d)
    rules.forEach(({ features }, r) => {
      this.#fill(masks, r * each, each, features)
    })
    const inquiry = new Inquiry(
      this.#predictor,
      'classification',
      Math.max(each, 1000),
      this.#control,
      this.#began,
    )
    await inquiry.ask(this.#surroundings.switched(masks))
    if (inquiry.complaint !== undefined) throw inquiry.complaint
    const { data, cols } = inquiry.matrix
    rules.forEach((rule, r) => {
      const own = createBitMatrix(each, d)
      own.words.set(masks.words.subarray(r * each * masks.stride, (r + 1) * each * masks.stride))
      const hits = new Uint8Array(each)
      for (let i = 0; i < each; i++) {
        const from = (r * each + i) * cols
        if (topOf(data.subarray(from, from + cols)) === this.#label) hits[i] = 1
      }
      this.#drawn.push({ features: rule.features, masks: own, hits })
      rule.draws += each
      rule.hits += hits.reduce((sum, hit) => sum + hit, 0)
    })
    this.samples += each * rules.length
    this.calls += inquiry.calls
    this.batches += inquiry.batches
    this.modelSeconds += inquiry.seconds
    return true
  }

  #fill(masks: BitMatrix, from: number, count: number, features: readonly number[]): void {
    const d = masks.cols
    const uniforms = new Float64Array(count * d)
    this.#random.randomSampleInto(uniforms)
    for (let i = 0, at = 0; i < count; i++) {
      for (let j = 0; j < d; j++, at++) {
        if (uniforms[at]! < this.chances[j]!) setBit(masks, from + i, j)
      }
      for (const feature of features) setBit(masks, from + i, feature)
    }
  }
}

/** The class of the largest output; of equal ones the last, as labels are ranked everywhere. */
export function topOf(outputs: ArrayLike<number>): number {
  let top = 0
  for (let j = 1; j < outputs.length; j++) if (outputs[j]! >= outputs[top]!) top = j
  return top
}

function chancesOf(law: SwitchLaw | undefined): Float64Array {
  if (law !== undefined) return lawChances(law)
  throw new OptionError({
    where: 'explainAnchor, explainer',
    got: 'numbers without bins',
    expected: 'features that hold or do not: bins, categories, words, segments',
    remedy: 'Leave out discretizeContinuous: false and sigma.',
  })
}

function lawChances(law: SwitchLaw): Float64Array {
  if (law.kind === 'independent') return law.on
  if (law.kind === 'sizes') return new Float64Array(law.count).fill(0.5)
  return Float64Array.from(law.parts.flatMap((part) => Array.from(lawChances(part))))
}
