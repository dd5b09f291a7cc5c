/**
 * What runs inside the worker thread of a session.
 *
 * The function is handed to the worker as text (`String(sessionWorker)`), so that no file has to be found at run time,
 * whatever a bundler did to the package: it must not use anything from outside its own body.
 */
import type { Tensors } from '../onnx/session.ts'

/** What the worker is started with. */
export interface WorkerStart {
  /** Where the runtime lies: the path of its CommonJS entry. */
  readonly runtime: string
  readonly bytes: Uint8Array
  /** ONNX Runtime's own session options. */
  readonly options: object
}

/** What the worker is asked: to run, or to free the model and end. */
export type WorkerQuestion =
  | { readonly feeds: Tensors; readonly outputs: readonly string[] }
  | { readonly close: true }

/** What it answers, in the order of the questions; the first answer says that the model is loaded. */
export type WorkerAnswer =
  | { readonly ready: true }
  | { readonly tensors: Tensors; readonly milliseconds: number }
  | { readonly error: string }

interface Runtime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<RuntimeSession>
  }
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => object
}

interface RuntimeSession {
  run(feeds: object, outputs: readonly string[]): Promise<object>
  release(): Promise<void>
}

/** The worker; `load` is its `require`. */
export function sessionWorker(load: (module: string) => unknown): void {
  const threads = load('node:worker_threads') as typeof import('node:worker_threads')
  const port = threads.parentPort!
  const start = threads.workerData as WorkerStart
  const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
  const send = (message: WorkerAnswer) => port.postMessage(message)
  const open = async () => {
    const runtime = load(start.runtime) as Runtime
    const session = await runtime.InferenceSession.create(start.bytes, start.options)
    const answer = async (question: WorkerQuestion) => {
      if ('close' in question) {
        await session.release()
        port.close()
        return
      }
      const feeds: { [name: string]: object } = {}
      for (const [name, { type, data, dims }] of Object.entries(question.feeds)) {
        feeds[name] = new runtime.Tensor(type, data, dims)
      }
      const began = performance.now()
      const results = await session.run(feeds, question.outputs)
      const milliseconds = performance.now() - began
      const tensors: { [name: string]: Tensors[string] } = {}
      for (const [name, tensor] of Object.entries(results) as [string, Tensors[string]][]) {
        tensors[name] = { type: tensor.type, data: tensor.data, dims: tensor.dims }
      }
      send({ tensors, milliseconds })
    }
    let last: Promise<void> = Promise.resolve()
    port.on('message', (question: WorkerQuestion) => {
      last = last
        .then(() => answer(question))
        .catch((cause: unknown) => send({ error: messageOf(cause) }))
    })
    send({ ready: true })
  }
  open().catch((cause: unknown) => {
    send({ error: messageOf(cause) })
    port.close()
  })
}
