/**
 * The model's answers for rows of switches around an instance.
 *
 * What is on keeps the instance's own value. Where switching off draws at random (tables: another bin) each row is asked
 * several times and the answers are averaged.
 */
import type { Matrix } from '../contract/matrix.ts'
import type { Predictor, Task } from '../contract/predictor.ts'
import type { Control } from '../contract/progress.ts'
import { Inquiry } from '../explain/ask-model.ts'
import type { Neighbourhood, Surroundings } from '../explain/neighbourhood.ts'
import { type BitMatrix, createBitMatrix } from '../math/bit-matrix.ts'
import { columnOf } from '../math/matrix.ts'

/** How the model is asked. */
export interface AskRequest<Input> {
  readonly predictor: Predictor<Input>
  readonly task: Task
  /** The output column. */
  readonly label: number
  readonly batchSize: number
  readonly control: Control
}

/** Outputs (n, labels) for the samples. Throws as `explain` does for the model, and where an answer is not finite. */
export async function askOutputs<Input>(
  samples: Neighbourhood<Input>,
  { predictor, task, batchSize, control }: Omit<AskRequest<Input>, 'label'>,
): Promise<Matrix> {
  const inquiry = new Inquiry(predictor, task, batchSize, control, performance.now())
  await inquiry.ask(samples)
  if (inquiry.complaint !== undefined) throw inquiry.complaint
  return inquiry.matrix
}

/** Answers (n) of the label for the samples. */
export async function askSamples<Input>(
  samples: Neighbourhood<Input>,
  request: AskRequest<Input>,
): Promise<Float64Array> {
  return columnOf(await askOutputs(samples, request), request.label)
}

/** Answers (n) for rows of switches (n, d), each the mean of `repeats`. */
export async function askSwitches<Input>(
  surroundings: Surroundings<Input>,
  masks: BitMatrix,
  repeats: number,
  request: AskRequest<Input>,
): Promise<Float64Array> {
  const { rows: n, cols, stride, words } = masks
  const repeated = createBitMatrix(n * repeats, cols)
  for (let k = 0; k < repeats; k++) repeated.words.set(words, k * n * stride)
  const samples = surroundings.switched(repeated, { exact: true })
  const answers = await askSamples(samples, request)
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0
    for (let k = 0; k < repeats; k++) sum += answers[k * n + i]!
    return sum / repeats
  })
}
