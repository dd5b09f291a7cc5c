/**
 * What the page of the studio and its workbench say to each other: plain JSON, the same over HTTP and between threads.
 *
 * 1. A `Catalogue` lists models, data and demonstrations.
 * 2. A `Setup` names everything that an explanation follows from: model, instance, options. It is what a permalink holds.
 * 3. Long work answers with events: progress, the explanation as far as it is known, and one last event.
 */
import type { ExplanationData, Progress, Task, Value } from '../contract/index.ts'
import type { OptionValues } from './options.ts'

/** The kinds of instance that the studio shows. */
export type Kind = 'tabular' | 'text' | 'image' | 'series'

/** Names of the kinds. */
export const KINDS = ['tabular', 'text', 'image', 'series'] as const satisfies readonly Kind[]

/** Where a model or data set came from: the package, the command line, or the page. */
export type Origin = 'demo' | 'given' | 'dropped'

/** A model in the catalogue. */
export interface ModelInfo {
  readonly id: string
  readonly name: string
  /** As it stands after `--model`. */
  readonly source: string
  readonly origin: Origin
  /** The kinds of instance that it can take, as far as its file tells. */
  readonly kinds: readonly Kind[]
  readonly task?: Task | undefined
  readonly classNames?: readonly string[] | undefined
  /** Class names that were said beside the file, and must be said again to open it in the same way. */
  readonly saidClassNames?: readonly string[] | undefined
}

/** A column of a table. */
export interface ColumnInfo {
  readonly name: string
  readonly type: 'number' | 'category'
  /** The categories, at most 200; empty for numbers. */
  readonly categories: readonly string[]
  /** Smallest and largest number; absent for categories. */
  readonly range?: readonly [low: number, high: number]
}

/** A data set in the catalogue. */
export interface DataInfo {
  readonly id: string
  readonly name: string
  /** The path as it was given; a bare name where it was dropped. */
  readonly source: string
  readonly origin: Origin
  readonly kind: Kind
  /** Rows, texts, pictures or series. */
  readonly count: number
  /** Whether each instance comes with its true label. */
  readonly labelled: boolean
  /** Tables: the columns. */
  readonly columns?: readonly ColumnInfo[]
  /** Tables: the column that is predicted, where it is known. */
  readonly target?: string
  /** Series: samples a second, and names of the channels, where they are known. */
  readonly samplingRate?: number
  readonly channelNames?: readonly string[]
}

/** Everything that an explanation follows from. */
export interface Setup {
  readonly kind: Kind
  /** Id of the model. */
  readonly model: string
  /** Id of the data set; a text may come without. */
  readonly data?: string | undefined
  /** Which instance of it, from 0. */
  readonly row?: number | undefined
  /** Tables: values in place of the row's, by column. */
  readonly values?: { readonly [column: string]: Value } | undefined
  /** Texts: the text in place of the data set's. */
  readonly text?: string | undefined
  /** Options that differ from their defaults. */
  readonly options: OptionValues
}

/** A demonstration: one click, one explanation. */
export interface Demo {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly setup: Setup
}

/** Bounds of what the page may send. */
export interface Limits {
  /** Bytes of one file by what it is for. */
  readonly modelBytes: number
  readonly dataBytes: number
  readonly imageBytes: number
  /** UTF-16 units of one text. */
  readonly textUnits: number
  /** Files dropped, and their bytes together. */
  readonly files: number
  readonly totalBytes: number
}

/** All there is to choose from. */
export interface Catalogue {
  readonly models: readonly ModelInfo[]
  readonly data: readonly DataInfo[]
  readonly demos: readonly Demo[]
  readonly limits: Limits
}

/** One instance in a list. */
export interface InstancePreview {
  readonly row: number
  /** True label, where it is known. */
  readonly truth?: string
  /** Tables: the values in column order. */
  readonly values?: readonly Value[]
  /** Texts: the beginning, or all of it for a single one. */
  readonly text?: string
  /** Pictures and series: a name, and a small picture as a data URL, or values thinned to a hundred. */
  readonly name?: string
  readonly picture?: string
  readonly line?: readonly number[]
}

/** Which instances are listed. */
export interface InstancesRequest {
  readonly data: string
  readonly from: number
  readonly count: number
}

/** A failure in words that may be shown. */
export interface Failure {
  readonly name: string
  readonly message: string
  /** What can be done about it, where that is known. */
  readonly remedy?: string
}

/** What stays the same while an explanation grows; sent once, before the first one. */
export type Subject = Pick<ExplanationData, 'instance' | 'features'>

/** The rest of an explanation. */
export type Finding = Omit<ExplanationData, 'instance' | 'features'>

/**
 * What happens during an explanation, in this order: `waiting`*, (`progress` | `subject` | `partial`)*, then `done` or
 * `failed`. The last `partial` before `failed` is the explanation of what the model answered before it failed.
 */
export type RunEvent =
  | { readonly type: 'waiting'; readonly before: number }
  | { readonly type: 'subject'; readonly subject: Subject }
  | { readonly type: 'progress'; readonly progress: Progress; readonly secondsLeft: number | null }
  | { readonly type: 'partial'; readonly finding: Finding }
  | { readonly type: 'done'; readonly finding: Finding; readonly truth?: string }
  | { readonly type: 'failed'; readonly failure: Failure }

/** What the model would say of a changed instance. */
export interface WhatIfRequest {
  readonly setup: Setup
  /** Ids of the interpretable features that are switched off. */
  readonly off: readonly number[]
}

/** The model's answer to a changed instance. */
export interface WhatIfAnswer {
  /** One output for each column of the model; the mean of several draws where what is off is drawn. */
  readonly outputs: readonly number[]
  /** How many instances the model was asked about. */
  readonly draws: number
}

/** A run over many instances. */
export interface ManyRequest {
  /** Model, data and options; `row`, `values` and `text` are not read. */
  readonly setup: Setup
  /** The instances. */
  readonly rows: readonly number[]
  /** Instances that the submodular pick chooses. */
  readonly pick: number
}

/** One instance of a run over many. */
export interface ManyItem {
  readonly row: number
  readonly truth?: string
  /** What the model predicts: the most likely class, or the name of the value. */
  readonly label: string
  /** The probability of that class, or the predicted value. */
  readonly prediction: number
  /** The label that was explained. */
  readonly explained: string
  /** R² on held-out samples, or on all where none were held out. */
  readonly fit: number | null
  /** Whether the prediction is the true label; absent where that is not known. */
  readonly right?: boolean
  /** The features by falling |weight|. */
  readonly weights: readonly (readonly [name: string, weight: number])[]
  /** Codes of the warnings. */
  readonly warnings: readonly string[]
  /** Why there is no explanation; the other fields are then empty. */
  readonly failure?: Failure
}

/** What matters over all instances of a run. */
export interface ManySummary {
  /** Features by falling importance √Σ|weight|, with the mean weight and the share of instances that have it. */
  readonly importances: readonly {
    readonly name: string
    readonly importance: number
    readonly meanWeight: number
    readonly share: number
  }[]
  /** Rows of the submodular pick, in the order of picking. */
  readonly picked: readonly number[]
  /** Share of all importance that the picked ones cover. */
  readonly coverage: number
}

/** What happens during a run over many instances. */
export type ManyEvent =
  | { readonly type: 'waiting'; readonly before: number }
  | {
      readonly type: 'item'
      readonly item: ManyItem
      readonly done: number
      readonly total: number
      readonly secondsLeft: number | null
    }
  | { readonly type: 'done'; readonly summary: ManySummary }
  | { readonly type: 'failed'; readonly failure: Failure }
