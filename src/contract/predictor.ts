/**
 * The model as sodalime sees it: instances in, one row of numbers an instance out.
 *
 * A plain function of a batch is a predictor too; `toPredictor` makes the one form from both.
 */
import type { Matrix } from './matrix.ts'

/** What the model answers: class probabilities, or the predicted value. */
export type Task = 'classification' | 'regression'

/**
 * Answers for a batch of n instances: (n, classes) for classification; (n) or (n, 1) for regression, (n, targets)
 * where a model predicts several values at once. Nested arrays, typed arrays and matrices are all welcome.
 */
export type Outputs = Matrix | ArrayLike<ArrayLike<number>> | ArrayLike<number>

/** What a predictor is told beside the batch. */
export interface PredictContext {
  /** Aborted when the caller no longer wants the answer. */
  readonly signal?: AbortSignal | undefined
}

/** A model as a function of a batch, synchronous or not. */
export type PredictFunction<Input> = (
  inputs: readonly Input[],
  context: PredictContext,
) => Outputs | Promise<Outputs>

/** A model: a plain function of a batch with what is known about it. */
export interface Predictor<Input> {
  /** Answers for a batch; equal inputs must give equal outputs. */
  readonly predict: PredictFunction<Input>
  /** What the outputs mean. Where absent, the explainer's `mode` decides. */
  readonly task?: Task | undefined
  /** Names of the output columns, in order. Where absent, the explainer's `classNames`, else the indices. */
  readonly classNames?: readonly string[] | undefined
  /** Names of the table columns that the model takes, in order, where the model knows them. */
  readonly inputNames?: readonly string[] | undefined
  /** The largest batch that the model takes. Where absent, the explainer's `batchSize` decides. */
  readonly maxBatchSize?: number | undefined
  /** How many batches it works on at once: the next ones are made and sent while the first is answered. Default 1. */
  readonly concurrency?: number | undefined
  /**
   * Whether it stays as it is while it is open, as a model does that was loaded from a file. Answers about samples that
   * several instances share are then asked for once. Default false: what a function answers may change between calls.
   */
  readonly immutable?: boolean | undefined
  /** Frees what the model holds (sessions, processes, connections). A closed predictor answers with an error. */
  readonly close?: () => Promise<void>
}

/** A predictor, or a bare function of a batch. */
export type Model<Input> = Predictor<Input> | PredictFunction<Input>

/** The one form of both: a bare function becomes a predictor about which nothing else is known. */
export function toPredictor<Input>(model: Model<Input>): Predictor<Input> {
  return typeof model === 'function' ? { predict: model } : model
}
