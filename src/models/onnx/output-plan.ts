/**
 * Which of a graph's outputs are the model's answer, and what they mean.
 *
 * 1. The answer is the output the caller names; else the tensor that a ZipMap took; else a float output with `prob` in
 *    its name; else the first float output; else (a classifier that answers with labels only) the labels.
 *    Several one-column float outputs beside a label are one column for each class (skl2onnx, `zipmap='columns'`).
 * 2. Class names: the caller's; else those of the ZipMap or of a classifier upstream.
 * 3. Task: the caller's; else classification where there is a label output, a ZipMap, a softmax, a sigmoid, or class
 *    names; regression where a regressor stands upstream or the answer is one column; else unknown (a network's scores
 *    without softmax look like several regression targets).
 */
import { OptionError, PredictorError, type Task } from '../../contract/index.ts'
import {
  classLabels,
  elementType,
  finalOperator,
  hasRegressor,
  typeText,
  type Unzipped,
} from './graph.ts'
import type { Dimension, OnnxGraph, ValueInfo } from './model-proto.ts'

/** What the caller says about the answer. */
export interface OutputOptions {
  readonly output?: string | undefined
  readonly task?: Task | undefined
  readonly classNames?: readonly string[] | undefined
  readonly activation?: 'none' | 'softmax' | 'sigmoid' | undefined
}

/** How to read the answer. */
export interface OutputPlan {
  /** The tensors to ask for; several are columns side by side. */
  readonly tensors: readonly string[]
  /** Numbers, or labels that become 1 for the class and 0 for the others. */
  readonly kind: 'scores' | 'labels'
  readonly task: Task | undefined
  /** In a few words, what the task was told by. */
  readonly taskReason: string
  /** Names for the caller. */
  readonly classNames: readonly string[] | undefined
  /** The labels as the graph writes them, for `labels`. */
  readonly labels: readonly string[] | undefined
  readonly activation: 'none' | 'softmax' | 'sigmoid'
}

/** Plans how to read the answer. Throws where the graph has no output that is one. */
export function planOutput(model: string, unzipped: Unzipped, options: OutputOptions): OutputPlan {
  const { graph } = unzipped.model
  const tensors = chooseTensors(model, unzipped, options.output)
  const first = graph.outputs.find(({ name }) => name === tensors[0])!
  const zip = unzipped.zipMaps.find(({ scores }) => scores === first.name)
  const type = elementType(first.type)
  const isLabel = type === 'string' || (type === 'int64' && options.task !== 'regression')
  const labelOutputs = graph.outputs.filter(isLabelOutput).map(({ name }) => name)
  const inGraph =
    zip !== undefined && zip.classes.length > 0
      ? zip.classes
      : tensors.length > 1
        ? tensors
        : classLabels(graph, [first.name, ...labelOutputs])
  const labels = tensors.length > 1 ? (classLabels(graph, labelOutputs) ?? tensors) : inGraph
  const [task, taskReason] = guessTask(graph, first, labels, labelOutputs.length > 0, options)
  const classNames = options.classNames ?? (task === 'regression' ? undefined : labels)
  if (isLabel && (labels ?? classNames) === undefined) {
    throw new PredictorError({
      where: model,
      got: `only labels (${first.name}) and no list of the classes`,
      expected: 'probabilities, or the names of the classes in the graph',
      remedy: 'Export the model with its probabilities, or give classNames to loadOnnx.',
    })
  }
  return {
    tensors,
    kind: isLabel ? 'labels' : 'scores',
    task,
    taskReason,
    classNames,
    labels: labels ?? classNames,
    activation: options.activation ?? 'none',
  }
}

function chooseTensors(
  model: string,
  { model: { graph }, zipMaps }: Unzipped,
  wanted?: string,
): string[] {
  if (wanted !== undefined) {
    const zip = zipMaps.find(({ output }) => output === wanted)
    const name = zip?.scores ?? wanted
    const found = graph.outputs.find((output) => output.name === name)
    if (found !== undefined && found.type.kind === 'tensor') return [name]
    throw new OptionError({
      where: `${model}, options.output`,
      got: JSON.stringify(wanted),
      expected: `one of ${graph.outputs.map((output) => output.name).join(', ')}`,
      remedy: 'inspectOnnx lists the outputs of a model.',
    })
  }
  if (zipMaps.length > 0) return [zipMaps[0]!.scores]
  const floats = graph.outputs.filter(({ type }) => {
    const element = elementType(type)
    return element === 'float32' || element === 'float64'
  })
  const hasLabel = graph.outputs.some(isLabelOutput)
  const columns = floats.filter(({ type }) => columnsOf(type) === 1)
  if (hasLabel && columns.length > 1 && columns.length === floats.length) {
    return columns.map(({ name }) => name)
  }
  const answer =
    floats.find(({ name }) => /prob/i.test(name)) ??
    floats[0] ??
    graph.outputs.find(isLabelOutput) ??
    graph.outputs.find(({ type }) => type.kind === 'tensor' && type.type !== 'other')
  if (answer !== undefined) return [answer.name]
  throw new PredictorError({
    where: model,
    got: `outputs ${graph.outputs.map(({ name, type }) => `${name} ${typeText(type)}`).join('; ')}`,
    expected: 'a tensor among them',
    remedy: 'Export the model with its probabilities as a tensor (skl2onnx: zipmap False).',
  })
}

function guessTask(
  graph: OnnxGraph,
  output: ValueInfo,
  labels: readonly string[] | undefined,
  hasLabelOutput: boolean,
  options: OutputOptions,
): [task: Task | undefined, reason: string] {
  if (options.task !== undefined) return [options.task, 'the option task']
  if (options.activation === 'softmax' || options.activation === 'sigmoid') {
    return ['classification', 'the option activation']
  }
  if (hasLabelOutput) return ['classification', 'an output of labels']
  if (labels !== undefined) return ['classification', 'class labels in the graph']
  if (hasRegressor(graph, output.name)) return ['regression', 'a regressor in the graph']
  const last = finalOperator(graph, output.name)
  if (last === 'Softmax' || last === 'Sigmoid') return ['classification', `a ${last} at the end`]
  if (columnsOf(output.type) === 1) return ['regression', 'one column of numbers']
  return [undefined, 'not told by the graph']
}

function isLabelOutput({ type }: ValueInfo): boolean {
  const element = elementType(type)
  if (element === 'string') return true
  return element === 'int64' && columnsOf(type) === 1
}

/** 1 for (n) and (n, 1); the columns where the graph says them; else null. */
function columnsOf(type: ValueInfo['type']): Dimension {
  if (type.kind !== 'tensor' || type.shape === null) return null
  return type.shape.length === 1 ? 1 : (type.shape[type.shape.length - 1] ?? null)
}
