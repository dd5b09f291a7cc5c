/**
 * The neighbourhood of an instance: what a domain hands to the pipeline.
 *
 * Row 0 is the instance itself; the other rows are perturbations of it. Rows of 0/1 come packed (`BitMatrix`), rows of
 * values as a `Matrix`. Model inputs are made for the rows asked for and dropped again, so that memory is bounded by
 * the batch and not by the number of samples.
 *
 * Every explainer is a `Domain`: its `explain` is its own neighbourhood handed to the pipeline, and a composite one is
 * several neighbourhoods side by side.
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
  /** The d interpretable features, in column order. */
  readonly features: readonly Feature[]
  /** (n, d): what distances and surrogates see; row 0 is the instance. */
  readonly interpretable: BitMatrix | Matrix
  /** Where rows with equal codes have equal model inputs; such rows reach the model once. */
  readonly codes?: RowCodes | undefined
  /** The model's inputs for these rows of `interpretable`, in their order. */
  readonly inputs: (rows: Int32Array) => readonly Input[]
}

/** What a neighbourhood is asked for. */
export interface NeighbourhoodRequest {
  /** Samples, the instance included, ≥ 2. */
  readonly numSamples: number
  /** Draws come from this stream, and go on from where it stands; default: the explainer's own. */
  readonly random?: RandomState | undefined
  /** Stops long draws and reports on them. */
  readonly control?: Control | undefined
}

/** An instance amid its perturbations: all that an explainer knows before a model is asked. */
export interface Surroundings<Input> {
  /** What is explained, with what is needed to draw it. */
  readonly instance: InstanceData
  readonly neighbourhood: Neighbourhood<Input>
  /** The domain's own options as they were used, as JSON. */
  readonly options: { readonly [name: string]: unknown }
  /** What the domain has to warn about. */
  readonly warnings: readonly Warning[]
}

/**
 * What all explainers share, so that they can be joined (`CompositeExplainer`): the neighbourhood of an instance without
 * a model. `explain` of each explainer uses the same method, so that an instance looks alike alone and in company.
 * Instances that cannot be used throw as they do from `explain`.
 */
export interface Domain<Instance, Input> {
  readonly domain: DomainName
  neighbourhood(
    instance: Instance,
    request: NeighbourhoodRequest,
  ): Surroundings<Input> | Promise<Surroundings<Input>>
}
