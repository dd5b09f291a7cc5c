/**
 * The result of an explanation: plain, versioned JSON data (`sodalime/explanation@1`).
 *
 * Renderers, reports, batches and the studio use nothing else: everything that is needed to draw an explanation again
 * without the model stands in it. The same form as a zod schema and as JSON Schema: `sodalime/schema`.
 */
import { MissingDependencyError, OptionError } from './errors.ts'
import type { Value } from './instance.ts'
import type { Task } from './predictor.ts'
import type { Warning } from './progress.ts'

/** Name and version of the form. */
export const EXPLANATION_SCHEMA = 'sodalime/explanation@1'

/** The kinds of instance; `composite` for models with several inputs. */
export type DomainName = 'tabular' | 'text' | 'image' | 'series' | 'composite'

/** A part of a text: from `start` up to `end` in UTF-16 units (as JavaScript's strings count), and `codePoint` = start in code points (as Python counts). */
export interface TextSpan {
  readonly start: number
  readonly end: number
  readonly codePoint: number
}

/** What one interpretable feature covers in its instance. */
export type FeaturePart =
  | {
      readonly kind: 'tabular'
      /** Columns that are switched together: one, or a group of one-hot columns. */
      readonly columns: readonly number[]
      /** The instance's value as a person reads it. */
      readonly value: Value
      /** Bounds of the instance's bin, `low < x <= high`; null = unbounded, absent = no bin. */
      readonly bin?: { readonly low: number | null; readonly high: number | null }
    }
  | {
      readonly kind: 'text'
      /** Index into the instance's `fields`. */
      readonly field: number
      /** Every place that the feature covers. */
      readonly spans: readonly TextSpan[]
    }
  | {
      readonly kind: 'image'
      /** The segment's number in the label map. */
      readonly segment: number
      /** Pixels. */
      readonly area: number
    }
  | {
      readonly kind: 'series'
      /** First time step. */
      readonly start: number
      /** One past the last time step. */
      readonly end: number
      /** The channels that are switched together. */
      readonly channels: readonly number[]
    }

/** One interpretable feature; its id is its index in `features`. */
export interface Feature {
  /** The name as it stands in lists and pictures: `petal width > 1.80`, `not`, `segment 3`. */
  readonly name: string
  readonly part: FeaturePart
  /** In a composite explanation: index into the instance's `parts`. */
  readonly of?: number
}

/** How the training data of one column is spread, as shares from 0 to 1. */
export type Distribution =
  | {
      readonly kind: 'numeric'
      /** Bins of equal width from the smallest to the largest value (the 0 and 100 % points of `quantiles`). */
      readonly shares: readonly number[]
    }
  | {
      readonly kind: 'categorical'
      /** The most frequent categories, by falling share. */
      readonly levels: readonly { readonly value: Value; readonly share: number }[]
      /** Share of all others. */
      readonly others: number
    }

/** What was explained, with what is needed to draw it. */
export type InstanceData =
  | {
      readonly kind: 'tabular'
      readonly columns: readonly string[]
      readonly values: readonly Value[]
      /** For each column the training data's 0, 25, 50, 75, 100 % points; null for categories or where unknown. */
      readonly quantiles?: readonly (readonly number[] | null)[]
      /** For each column how the training data is spread; null where unknown. */
      readonly distributions?: readonly (Distribution | null)[]
    }
  | {
      readonly kind: 'text'
      readonly fields: readonly { readonly name: string; readonly text: string }[]
    }
  | {
      readonly kind: 'image'
      readonly width: number
      readonly height: number
      /** Label map of the segments, raster order, as runs: `[label, length, label, length, …]`. */
      readonly segments: readonly number[]
      /** The picture as a data URL (PNG or JPEG), where the writer added it. */
      readonly picture?: string
    }
  | {
      readonly kind: 'series'
      /** One array of values for each channel. */
      readonly values: readonly (readonly number[])[]
      readonly channelNames: readonly string[]
      /** Samples a second, where known. */
      readonly samplingRate?: number
      /** What stands in place of segments that are off, in the form of `values`: a perturbation is made of these two. */
      readonly replacement?: readonly (readonly number[])[]
    }
  | {
      readonly kind: 'composite'
      readonly parts: readonly { readonly name: string; readonly instance: InstanceData }[]
    }

/** The weight of one feature in the surrogate. */
export interface FeatureWeight {
  /** Id of the feature: its index in `features`. */
  readonly feature: number
  readonly weight: number
  /** Standard error of the weight, where it was estimated. */
  readonly standardError?: number
  /** 95 % interval of the weight, where it was estimated. */
  readonly interval?: readonly [low: number, high: number]
  /** True where the rank of this feature cannot be told from its neighbour's. */
  readonly tied?: boolean
}

/** A node of a tree surrogate: a leaf has a value, a split sends `feature <= threshold` to `left`. */
export type TreeNode =
  | { readonly value: number; readonly weight: number }
  | {
      readonly feature: number
      readonly threshold: number
      readonly weight: number
      readonly value: number
      readonly left: TreeNode
      readonly right: TreeNode
    }

/** The explanation of one output column. */
export interface LabelExplanation {
  /** Index of the output column. */
  readonly label: number
  /** Its name. */
  readonly name: string
  /** The model's output for the instance. */
  readonly prediction: number
  /** The surrogate's output for the instance. */
  readonly localPrediction: number
  readonly intercept: number
  /** By falling |weight|. For a tree surrogate: importance, without sign. */
  readonly weights: readonly FeatureWeight[]
  /** Weighted R² of the surrogate on the samples that it was fitted to. */
  readonly score: number
  /** Weighted R² on samples that the surrogate did not see; null where there were too few. */
  readonly heldOutScore: number | null
  /** The tree, where the surrogate is one. */
  readonly tree?: TreeNode
}

/** Whether the explanation can be fooled. */
export interface Audit {
  /** Area under the ROC curve of a classifier that tells perturbed samples from real rows: ½ = it cannot. */
  readonly auc: number
  /** Cosine between the weights and those found on samples that look like the data: 1 = alike. */
  readonly agreement: number
}

/** How the explanation came about, and what speaks against believing it. */
export interface Diagnostics {
  /** Samples in the neighbourhood, the instance included. */
  readonly samples: number
  /** (Σw)² / Σw² of the kernel's weights: how many samples of equal weight would be worth as much. */
  readonly effectiveSampleSize: number
  /** Instances that the model answered for; equal perturbations are sent once, and so are samples that instances share. */
  readonly modelCalls: number
  /** Batches sent to the model. */
  readonly batches: number
  /** Seconds for the whole call; absent in the results of batches, which are the same however long they took. */
  readonly seconds?: number
  /** Seconds of these spent waiting for the model; absent where `seconds` is. */
  readonly modelSeconds?: number
  /** On request, for tables. */
  readonly audit?: Audit
  readonly warnings: readonly Warning[]
}

/** The samples behind an explanation, on request (`keepNeighbourhood`). */
export interface NeighbourhoodData {
  /** (samples, features), row 0 the instance: what the surrogate was fitted to. */
  readonly interpretable: readonly (readonly number[])[]
  /** (samples, labels of the model). */
  readonly outputs: readonly (readonly number[])[]
  readonly distances: readonly number[]
  readonly weights: readonly number[]
}

/** `sodalime/explanation@1`. */
export interface ExplanationData {
  readonly schema: typeof EXPLANATION_SCHEMA
  readonly domain: DomainName
  readonly task: Task
  /** Names of all output columns. */
  readonly classNames: readonly string[]
  /** The model's outputs for the instance: probabilities of all classes, or the predicted values. */
  readonly prediction: readonly number[]
  /** Smallest and largest prediction in the neighbourhood, for regression. */
  readonly predictionRange?: readonly [low: number, high: number]
  readonly instance: InstanceData
  readonly features: readonly Feature[]
  /** In the order asked for; with `topLabels` the most likely first. */
  readonly labels: readonly LabelExplanation[]
  /** Every option as it was used, defaults filled in, as JSON. */
  readonly options: { readonly [name: string]: unknown }
  readonly diagnostics: Diagnostics
  readonly neighbourhood?: NeighbourhoodData
}

/** How a report of one explanation is made. */
export interface ReportHtmlOptions {
  /** The headline; default made from the explanation: `Why malignant?`. */
  readonly title?: string | undefined
  /** Most weights shown for a label; default 50, for a picture 15, where they stand below the picture. */
  readonly maxFeatures?: number | undefined
}

/** What a notebook shows: the same thing in several media types. */
export interface NotebookDisplay {
  readonly 'text/html': string
  readonly 'text/plain': string
}

/** What draws explanations; `sodalime/render` is one. */
export interface Drawing {
  readonly renderHtml: (explanation: ExplanationData, options?: ReportHtmlOptions) => string
  readonly renderNotebook: (explanation: ExplanationData) => NotebookDisplay
}

/** By this name Deno's and other TypeScript kernels find what to show for a value. */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for('Jupyter.display')

let loadDrawing: (() => Promise<Drawing>) | undefined

/**
 * Says what draws explanations that are asked for `toHTML()`. The data knows nothing of drawings: `sodalime` plugs in a
 * lazy import of `sodalime/render`, which plugs in itself, so that explaining carries none of it.
 */
export function plugDrawing(load: () => Promise<Drawing>): void {
  loadDrawing = load
}

async function pluggedDrawing(): Promise<Drawing> {
  if (loadDrawing !== undefined) return loadDrawing()
  throw new MissingDependencyError({
    where: 'Explanation.toHTML',
    got: 'nothing that draws',
    expected: "the module 'sodalime' or 'sodalime/render', imported once",
    remedy: "Add import 'sodalime/render', or call its renderHtml(explanation) yourself.",
  })
}

/** An explanation: its data, and Python LIME's ways to read it. `JSON.stringify` gives the data alone. */
export interface Explanation extends ExplanationData {}
export class Explanation {
  constructor(data: ExplanationData) {
    Object.assign(this, data)
  }

  /** The explanation of one output column; without `label` the first one explained. Throws an OptionError naming those there are. */
  forLabel(label?: number): LabelExplanation {
    const found =
      label === undefined ? this.labels[0] : this.labels.find((one) => one.label === label)
    if (found === undefined) {
      throw new OptionError({
        where: 'Explanation.forLabel, label',
        got: String(label),
        expected: `one of the labels that were explained: ${this.labels.map((one) => one.label).join(', ')}`,
        remedy: 'Ask for more labels with the option labels of explain.',
      })
    }
    return found
  }

  /** `[[name, weight], …]` by falling |weight|. */
  asList(label?: number): [name: string, weight: number][] {
    return this.forLabel(label).weights.map(({ feature, weight }) => [
      this.features[feature]!.name,
      weight,
    ])
  }

  /** `Map { label → [[feature id, weight], …] }`. */
  asMap(): Map<number, [feature: number, weight: number][]> {
    return new Map(
      this.labels.map(({ label, weights }) => [
        label,
        weights.map(({ feature, weight }) => [feature, weight]),
      ]),
    )
  }

  /** The report as one HTML document, as `renderHtml` of `sodalime/render` makes it; that module is loaded now. */
  async toHTML(options?: ReportHtmlOptions): Promise<string> {
    return (await pluggedDrawing()).renderHtml(this, options)
  }

  /** What notebooks with a TypeScript kernel show: the report in a frame of its own, or the explanation in words. */
  async [JUPYTER_DISPLAY](): Promise<NotebookDisplay> {
    return (await pluggedDrawing()).renderNotebook(this)
  }
}
