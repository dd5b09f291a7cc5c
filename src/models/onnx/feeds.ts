/**
 * What the input side has in common: the shape of the graph's inputs, and the errors of instances that do not fit.
 *
 * An encoder turns instances into the tensors of one run. There is one for each kind of instance, in a file of its own;
 * `chooseEncoder` takes the one that the first instance asks for.
 */
import { PredictorError, ShapeError } from '../../contract/index.ts'
import type { Slices } from '../../contract/slices.ts'
import type { Dimension, TensorType } from './model-proto.ts'
import type { Tensors } from './session.ts'

/** One input of the graph, a tensor whose first size is the batch. */
export interface GraphInput {
  readonly name: string
  readonly type: TensorType
  /** The sizes after the batch. */
  readonly sizes: readonly Dimension[]
  /** The size of the batch where the graph fixes it. */
  readonly batch: number | null
}

/** Instances to tensors, at once or with pauses; the batch of each tensor is the number of instances. */
export type Encoder<Input> = (instances: readonly Input[]) => Tensors | Slices<Tensors>

/** The error of an instance of one kind for a model of another. */
export function wrongKind(
  model: string,
  got: string,
  inputs: readonly GraphInput[],
  remedy = 'Take the explainer for the kind of data that the model was made for.',
): ShapeError {
  return new ShapeError({
    where: `${model}, predict`,
    got,
    expected: `instances that fit the inputs ${inputs.map(inputText).join('; ')}`,
    remedy,
  })
}

/** An input as people write it: `float_input float32[batch, 4]`. */
export function inputText({ name, type, sizes, batch }: GraphInput): string {
  return `${name} ${type}[${[batch ?? 'batch', ...sizes.map((size) => size ?? '?')].join(', ')}]`
}

/** The only input of a model for pictures or series. Throws a ShapeError where there are several. */
export function onlyInput(model: string, kind: string, inputs: readonly GraphInput[]): GraphInput {
  if (inputs.length === 1) return inputs[0]!
  throw wrongKind(model, `${kind} for a model of ${inputs.length} inputs`, inputs)
}

/** An array for `length` numbers of a tensor of floats or bytes. Throws a PredictorError for other element types. */
export function numberArray(
  model: string,
  input: GraphInput,
  length: number,
): Float32Array | Float64Array | Uint8Array {
  if (input.type === 'float32') return new Float32Array(length)
  if (input.type === 'float64') return new Float64Array(length)
  if (input.type === 'uint8') return new Uint8Array(length)
  throw new PredictorError({
    where: `${model}, input ${input.name}`,
    got: `elements of type ${input.type}`,
    expected: 'float32, float64 or uint8',
    remedy: 'Export the model with a Cast from float32 in front.',
  })
}
