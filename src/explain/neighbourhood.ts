/**
 * What a domain hands to the pipeline: an instance that can be perturbed, and its perturbations.
 *
 * *Design* and *domain* are two parts. A design (`samplers/`) says which features each sample keeps: rows of switches. A
 * domain makes model inputs of any such rows (`Surroundings.switched`), and can also draw samples in LIME's own way
 * (`Surroundings.draw`), which for numbers without bins are values and no switches.
 *
 * Rows of 0/1 come packed (`BitMatrix`), rows of values as a `Matrix`. Model inputs are made for the rows asked for and
 * dropped again, so that memory is bounded by the batch and not by the number of samples.
 *
 * Every explainer is a `Domain`: its `explain` is its own surroundings handed to the pipeline, and a composite one is
 * several of them side by side.
 */
import type { DomainName, Feature, InstanceData } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Control, Warning } from '../contract/progress.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'

/** Codes by which equal perturbations are known: row i is `words[i * stride … (i + 1) * stride)`. */
export interface RowCodes {
  readonly words: Uint32Array
  readonly stride: number
}

/** n perturbations of one instance, seen from both sides: as interpretable features and as model inputs. */
export interface Neighbourhood<Input> {
  /** (n, d): what distances and surrogates see. */
  readonly interpretable: BitMatrix | Matrix
  /** Where rows with equal codes have equal model inputs; such rows reach the model once. */
  readonly codes?: RowCodes | undefined
  /** One and the same object in all neighbourhoods whose rows but the first have the same model inputs. */
  readonly shared?: object | undefined
  /** The model's inputs for these rows of `interpretable`, in their order. */
  readonly inputs: (rows: Int32Array) => readonly Input[]
  /** What else differs between samples that are switched alike. Estimates use it to take out its noise. */
  readonly cells?: Cells | undefined
}

/**
 * In which of a feature's cells each sample lies: each level, or each bin, cut into parts, is some of them. The cell says
 * whether the feature is on. What a sample has of one feature is drawn independently of all others.
 */
export interface Cells {
  /** (n, d), flat. Cell c of feature j is part of level ⌊c / parts[j]⌋. */
  readonly codes: Uint16Array
  /** (n, d), flat: where in its level a value lies, 0 on average in each. */
  readonly within: Float32Array
  /** Cells (d) of each feature. */
  readonly counts: Int32Array
  /** Parts (d) of a level. */
  readonly parts: Int32Array
}

/**
 * The chances of LIME's own draws. `independent`: feature j is on with chance `on[j]`. `sizes`: 1 to d features are off,
 * each number equally likely. `joint`: several of these side by side.
 */
export type SwitchLaw =
  | { readonly kind: 'independent'; readonly on: Float64Array }
  | { readonly kind: 'sizes'; readonly count: number }
  | { readonly kind: 'joint'; readonly parts: readonly SwitchLaw[] }

/** How rows of switches become samples. */
export interface SwitchOptions {
  /** True: what is on has the instance's own value. False (default): for tables, a value drawn from the instance's bin. */
  readonly exact?: boolean
  /** For tables: the row whose values stand for what is off; default: a typical one with `exact`, else draws. */
  readonly background?: unknown
  /** Where values are drawn, by this stream; default: that of the surroundings. */
  readonly random?: RandomState
}

/** An instance amid its perturbations: all that an explainer knows before a model is asked. */
export interface Surroundings<Input> {
  /** What is explained, with what is needed to draw it. */
  readonly instance: InstanceData
  /** The d interpretable features, in column order. */
  readonly features: readonly Feature[]
  /** The domain's own options as they were used, as JSON. */
  readonly options: { readonly [name: string]: unknown }
  /** What the domain has to warn about. */
  readonly warnings: readonly Warning[]
  /** The chances of `draw`; undefined where it draws values and no switches. */
  readonly law: SwitchLaw | undefined
  /** 1 (d) for features that change nothing when they are off; undefined where none is known to. */
  readonly inert?: Uint8Array | undefined
  /** Whether equal switches make equal inputs; not so in tables, where a bin stands for many values. */
  readonly fixed: boolean
  /** A row whose values stand for what is off where none is given (`SwitchOptions.background`); of tables only. */
  readonly typical?: unknown
  /** Throws an OptionError where n samples would not fit into memory. */
  readonly checkSize: (n: number) => void
  /** The stream that draws come from. */
  readonly random: RandomState
  /**
   * n ≥ 2 samples in LIME's own way; row 0 is the instance itself. Further calls go on in the stream of random numbers.
   */
  readonly draw: (
    n: number,
    control?: Control,
  ) => Neighbourhood<Input> | Promise<Neighbourhood<Input>>
  /** The samples that rows of switches (n, d) make of the instance: 1 = as in the instance, 0 = off. */
  readonly switched: (masks: BitMatrix, options?: SwitchOptions) => Neighbourhood<Input>
  /** The same with what is off taken from training rows that resemble the instance in what is on; of tables only. */
  readonly conditional?: (masks: BitMatrix) => Promise<Neighbourhood<Input>>
}

/** What surroundings are made with. */
export interface SurroundRequest {
  /** Draws come from this stream, and go on from where it stands; default: the explainer's own. */
  readonly random?: RandomState | undefined
}

/**
 * What all explainers share, so that they can be joined (`CompositeExplainer`) and asked about single perturbations
 * (`inputsFor`). `explain` of each explainer uses the same method, so that an instance looks alike alone and in company.
 * Instances that cannot be used throw as they do from `explain`.
 */
export interface Domain<Instance, Input> {
  readonly domain: DomainName
  surround(
    instance: Instance,
    request?: SurroundRequest,
  ): Surroundings<Input> | Promise<Surroundings<Input>>
}
