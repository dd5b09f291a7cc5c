/**
 * A session in a worker thread of Node, so that a batch that runs for a second blocks nobody.
 *
 * 1. The model is loaded inside the worker; this thread keeps none of it.
 * 2. Questions are answered in order. Input tensors are transferred, not copied.
 * 3. An idle worker does not keep the process alive, and ends by itself when it is closed.
 */
import type { Worker } from 'node:worker_threads'
import type { Tensors } from '../onnx/session.ts'
import {
  sessionWorker,
  type WorkerAnswer,
  type WorkerQuestion,
  type WorkerStart,
} from './session-worker.ts'

/** A model that runs in another thread. */
export interface WorkerSession {
  /** Rejects with a plain Error that holds the runtime's message, or says that the worker ended. */
  run(feeds: Tensors, outputs: readonly string[]): Promise<Tensors>
  /** Seconds that the runtime has computed. */
  runSeconds(): number
  /** Frees the model after the runs that were asked for, and ends the worker. */
  release(): Promise<void>
}

/**
 * Starts a worker with a model. Undefined where threads may not be started (Node's permission model). Rejects with a
 * plain Error that holds the runtime's message where the model does not load.
 */
export async function openWorkerSession(start: WorkerStart): Promise<WorkerSession | undefined> {
  const { Worker } = await import('node:worker_threads')
  let worker: Worker
  try {
    // Some compilers of TypeScript wrap functions in __name, which the text of a function then calls.
    const code = `const __name = (made) => made; (${sessionWorker})(require)`
    // Without the flags of this process: a loader of TypeScript has no work there and takes long to start.
    worker = new Worker(code, { eval: true, workerData: start, execArgv: [] })
  } catch {
    return undefined
  }
  return connect(worker)
}

type Waiting = {
  readonly resolve: (answer: WorkerAnswer) => void
  readonly reject: (error: Error) => void
}

async function connect(worker: Worker): Promise<WorkerSession> {
  const waiting: Waiting[] = []
  let ended: Error | undefined
  let seconds = 0
  const expectAnswer = (): Promise<WorkerAnswer> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended)
      waiting.push({ resolve, reject })
      worker.ref()
    })
  const end = (error: Error): void => {
    ended ??= error
    for (const { reject } of waiting.splice(0)) reject(ended)
  }
  worker.on('message', (answer: WorkerAnswer) => {
    const next = waiting.shift()
    if (waiting.length === 0) worker.unref()
    if (next === undefined) return
    if ('error' in answer) next.reject(new Error(answer.error))
    else next.resolve(answer)
  })
  worker.on('error', (cause) => end(new Error(`the worker thread failed: ${cause.message}`)))
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      end(new Error(`the worker thread ended with code ${code}`))
      resolve()
    })
  })
  const ask = (question: WorkerQuestion, transfer: ArrayBuffer[] = []): void => {
    worker.postMessage(question, transfer)
  }
  await expectAnswer()
  return {
    async run(feeds, outputs) {
      // In this order: a question that cannot be posted must not wait for an answer.
      ask({ feeds, outputs }, buffersOf(feeds))
      const { tensors, milliseconds } = (await expectAnswer()) as Extract<
        WorkerAnswer,
        { tensors: unknown }
      >
      seconds += milliseconds / 1000
      return tensors
    },
    runSeconds: () => seconds,
    async release() {
      if (ended !== undefined) return
      worker.ref()
      ask({ close: true })
      await exited
    },
  }
}

/** The memory of the tensors, each once; encoders make it afresh for each run. */
function buffersOf(feeds: Tensors): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of Object.values(feeds)) {
    if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) buffers.add(data.buffer)
  }
  return [...buffers]
}
