/**
 * An anchor as plain, versioned JSON data (`sodalime/anchor@1`): a rule under which the model's class stays.
 */
import type { Diagnostics, DomainName, Feature, InstanceData } from './explanation.ts'

/** Name and version of the form. */
export const ANCHOR_SCHEMA = 'sodalime/anchor@1'

/** A shorter rule on the way to the anchor. */
export interface AnchorStep {
  /** Ids of its features, in the order of adding. */
  readonly features: readonly number[]
  /** Observed precision; null where it was never drawn. */
  readonly precision: number | null
  readonly coverage: number
}

/** `sodalime/anchor@1`. */
export interface AnchorData {
  readonly schema: typeof ANCHOR_SCHEMA
  readonly domain: DomainName
  /** Names of all output columns. */
  readonly classNames: readonly string[]
  /** The model's outputs for the instance. */
  readonly prediction: readonly number[]
  /** The predicted class, and its name. */
  readonly label: number
  readonly name: string
  readonly instance: InstanceData
  /** All features of the instance. */
  readonly features: readonly Feature[]
  /** The rule: ids of the features that must hold, in the order of adding. Empty: no condition is needed. */
  readonly anchor: readonly number[]
  /** Whether its precision reaches the threshold; else it is the best rule found. */
  readonly reached: boolean
  /** Share of perturbations with the same class when the rule holds, as observed. */
  readonly precision: number
  /** Each bound holds with confidence 1 − δ (KL bounds). */
  readonly precisionInterval: readonly [low: number, high: number]
  /** Chance that the rule holds in a perturbation. */
  readonly coverage: number
  /** From the empty rule to this one. */
  readonly steps: readonly AnchorStep[]
  /** Every option as it was used. */
  readonly options: { readonly [name: string]: unknown }
  readonly diagnostics: Omit<Diagnostics, 'effectiveSampleSize'>
}
