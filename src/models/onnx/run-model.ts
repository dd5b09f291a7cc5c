/**
 * A batch through a session: in pieces, of which the next is made while the one before is computed.
 *
 * 1. A piece holds as many instances as `pieceSize` finds good: memory stays bounded, and making one piece takes a few
 *    milliseconds, so that the event loop turns between pieces.
 * 2. A graph of fixed batch gets its batch, the last piece filled up by repeating its last instance.
 * 3. An abort is seen between pieces.
 */
import type { Matrix, PredictContext } from '../../contract/index.ts'
import { eventLoopTurn, inSlices, type Slices } from '../../contract/slices.ts'
import type { OnnxInput } from './choose-encoder.ts'
import type { GraphInput } from './feeds.ts'
import type { OutputPlan } from './output-plan.ts'
import { readOutputs } from './read-outputs.ts'
import type { Session, Tensors } from './session.ts'

/** What is needed to answer. */
export interface RunnableModel {
  readonly model: string
  readonly session: Session
  readonly encoder: (instances: readonly OnnxInput[]) => Slices<Tensors>
  readonly plan: OutputPlan
  readonly inputs: readonly GraphInput[]
  /** Most instances in a piece, where the graph leaves the batch free. */
  readonly chunkSize: number | undefined
}

/** Values in a piece: about 5 ms of copying, or 15 ms of resizing pictures. */
const PIECE_VALUES = 600_000

/** From so many values on the event loop turns before the next piece is made. */
const LARGE = 50_000

const MOST = 1024

/** The model's answer for a batch, (n, columns). */
export async function runModel(
  { model, session, encoder, plan, inputs, chunkSize }: RunnableModel,
  instances: readonly OnnxInput[],
  { signal }: PredictContext,
): Promise<Matrix> {
  const fixed = inputs.find(({ batch }) => batch !== null)?.batch ?? null
  const values = instances.length === 0 ? 1 : valuesOf(instances[0]!, inputs)
  const chunk = fixed ?? chunkSize ?? Math.max(1, Math.min(MOST, Math.floor(PIECE_VALUES / values)))
  const ahead = session.inWorker ? 1 : 0
  const turns = values * Math.min(chunk, instances.length) > LARGE
  const running: Promise<Matrix>[] = []
  const parts: Matrix[] = []
  for (let start = 0; start < instances.length; start += chunk) {
    if (turns) await eventLoopTurn()
    signal?.throwIfAborted()
    const piece = instances.slice(start, start + chunk)
    const n = piece.length
    while (fixed !== null && piece.length < chunk) piece.push(piece[n - 1]!)
    const batch = piece.length
    const feeds = await inSlices(encoder(piece), signal)
    const answer = session
      .run(feeds, plan.tensors)
      .then((tensors) => readOutputs(model, plan, tensors, n, batch))
    // Heard below, or, after an abort or an earlier failure, nowhere.
    answer.catch(() => undefined)
    running.push(answer)
    if (running.length > ahead) parts.push(await running.shift()!)
  }
  for (const answer of running) parts.push(await answer)
  signal?.throwIfAborted()
  if (parts.length === 1) return parts[0]!
  const cols = parts[0]?.cols ?? plan.classNames?.length ?? 1
  const data = new Float64Array(instances.length * cols)
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  return { data, rows: instances.length, cols }
}

/** Values of one instance, before or after it is encoded, whichever are more. */
function valuesOf(instance: OnnxInput, inputs: readonly GraphInput[]): number {
  let encoded = 0
  for (const { sizes } of inputs) {
    let product = 1
    for (const size of sizes) product *= typeof size === 'number' ? Math.max(1, size) : 1
    encoded += product
  }
  const data = typeof instance === 'object' && 'data' in instance ? instance.data : instance
  const own = typeof data === 'object' && data !== null && 'length' in data ? data.length : 1
  return Math.max(1, encoded, Number(own))
}
