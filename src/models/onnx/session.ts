/**
 * One ONNX Runtime session behind plain data: typed arrays in, typed arrays out.
 *
 * Nothing but structured-cloneable values passes this interface, so that a session may live in a worker thread.
 * `onnxruntime-node` is taken in Node and `onnxruntime-web` in browsers, the other one where that is not installed;
 * a caller may hand in the module itself (`onnxruntime-web/webgpu`, one that a bundler resolved). ONNX Runtime blocks the
 * thread that runs it: with `worker` that is a worker thread (`worker/worker-session.ts`; in browsers onnxruntime-web's own).
 */
import { MissingDependencyError, PredictorError } from '../../contract/index.ts'
import { openWorkerSession } from '../worker/worker-session.ts'
import type { TensorType } from './model-proto.ts'

/** One tensor: values in row-major order. */
export interface TensorData {
  readonly type: TensorType
  readonly data:
    | Float32Array
    | Float64Array
    | Int8Array
    | Uint8Array
    | Int16Array
    | Uint16Array
    | Int32Array
    | Uint32Array
    | BigInt64Array
    | BigUint64Array
    | readonly string[]
  readonly dims: readonly number[]
}

/** Tensors by the names of a graph's inputs or outputs. */
export type Tensors = { readonly [name: string]: TensorData }

/** A loaded model that runs one batch at a time. */
export interface Session {
  /** Runs the graph for the `outputs` named, and no more than these need. */
  run(feeds: Tensors, outputs: readonly string[]): Promise<Tensors>
  /** Whether it runs in another thread than its caller. */
  readonly inWorker: boolean
  /** Seconds that the runtime has computed. */
  runSeconds(): number
  /** Frees the model; waits for a batch that is running. */
  close(): Promise<void>
}

/** The part of `onnxruntime-node` and `onnxruntime-web` that is used. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options?: object): Promise<RuntimeSession>
  }
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => object
  readonly env: {
    readonly wasm: { numThreads?: number | undefined; proxy?: boolean | undefined }
  }
}

interface RuntimeSession {
  run(feeds: never, outputs: readonly string[]): Promise<object>
  release(): Promise<void>
}

/** How a session is made. */
export interface SessionOptions {
  /** Which runtime: `node` (native), `web` (WebAssembly, WebGPU), or the module itself. Default: whichever is installed. */
  readonly runtime?: 'node' | 'web' | OnnxRuntime | undefined
  /** Threads inside one operation. Default: as many as ONNX Runtime finds good. */
  readonly threads?: number | undefined
  /** ONNX Runtime's execution providers, best first, such as `['webgpu', 'wasm']`. Default: the processor. */
  readonly executionProviders?: readonly string[] | undefined
  /** Run in a worker thread. Default false. */
  readonly worker?: boolean | undefined
}

/** Weights that stand in files of their own. */
export interface ExternalFile {
  readonly path: string
  readonly data: Uint8Array
}

/** Makes a session. Rejects with a MissingDependencyError without a runtime, with a PredictorError for a model that it refuses. */
export async function createSession(
  name: string,
  bytes: Uint8Array,
  external: readonly ExternalFile[],
  options: SessionOptions,
): Promise<Session> {
  const { threads, executionProviders, worker = false } = options
  const settings = {
    graphOptimizationLevel: 'all',
    // Only what ends the process is printed: a library is silent, and errors are thrown.
    logSeverityLevel: 4,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(executionProviders === undefined ? {} : { executionProviders }),
    ...(external.length === 0 ? {} : { externalData: external }),
  }
  try {
    const path = worker ? await nativePath(options.runtime) : undefined
    if (path !== undefined) {
      // Threads that wait for work by spinning would take the processor from the caller's thread, whose turn it is then.
      const calm = { ...settings, extra: { session: { intra_op: { allow_spinning: '0' } } } }
      const session = await openWorkerSession({ runtime: path, bytes, options: calm })
      if (session !== undefined) return wrap(name, session, true, session.runSeconds)
    }
    const runtime = await loadRuntime(options.runtime)
    if (threads !== undefined) runtime.env.wasm.numThreads = threads
    if (worker && !isNode()) runtime.env.wasm.proxy = true
    const session = await runtime.InferenceSession.create(bytes, settings)
    return wrapRuntime(name, runtime, session)
  } catch (cause) {
    if (cause instanceof MissingDependencyError) throw cause
    throw new PredictorError({
      where: name,
      got: `a model that ONNX Runtime refuses (${messageOf(cause)})`,
      expected: 'a model that it can run',
      remedy: 'Check the file with onnx.checker, or export it again for an older operator set.',
      cause,
    })
  }
}

function wrapRuntime(name: string, runtime: OnnxRuntime, session: RuntimeSession): Session {
  let milliseconds = 0
  const run = async (feeds: Tensors, outputs: readonly string[]): Promise<Tensors> => {
    const tensors: Record<string, object> = {}
    for (const [input, { type, data, dims }] of Object.entries(feeds)) {
      tensors[input] = new runtime.Tensor(type as never, data as never, dims)
    }
    const began = performance.now()
    const results = await session.run(tensors as never, outputs)
    milliseconds += performance.now() - began
    const out: Record<string, TensorData> = {}
    for (const [output, tensor] of Object.entries(results) as [string, TensorData][]) {
      out[output] = { type: tensor.type, data: tensor.data, dims: tensor.dims }
    }
    return out
  }
  const inWorker = runtime.env.wasm.proxy === true && !isNode()
  return wrap(name, { run, release: () => session.release() }, inWorker, () => milliseconds / 1000)
}

/** One run at a time, and errors that say what to do. */
function wrap(
  name: string,
  session: Pick<Session, 'run'> & { release(): Promise<void> },
  inWorker: boolean,
  runSeconds: () => number,
): Session {
  let last: Promise<unknown> = Promise.resolve()
  let closed: Promise<void> | undefined
  const run = async (feeds: Tensors, outputs: readonly string[]): Promise<Tensors> => {
    try {
      return await session.run(feeds, outputs)
    } catch (cause) {
      throw new PredictorError({
        where: `${name}, predict`,
        got: `an error of ONNX Runtime (${messageOf(cause)})`,
        expected: 'outputs',
        remedy: 'Compare the inputs of the model (inspectOnnx) with what is explained.',
        cause,
      })
    }
  }
  return {
    inWorker,
    runSeconds,
    run(feeds, outputs) {
      // A worker has a queue of its own: the next tensors are on their way while it computes.
      const running = inWorker ? run(feeds, outputs) : last.then(() => run(feeds, outputs))
      // Without the answers, which it would hold for ever.
      last = Promise.allSettled([last, running]).then(() => undefined)
      return running
    },
    close() {
      closed ??= last.then(() => session.release())
      return closed
    },
  }
}

/** Where onnxruntime-node lies, if that is what would be taken. */
async function nativePath(choice: SessionOptions['runtime']): Promise<string | undefined> {
  if (!isNode() || (choice !== undefined && choice !== 'node')) return undefined
  const { createRequire } = await import('node:module')
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node')
  } catch {
    return undefined
  }
}

function isNode(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined
}

async function loadRuntime(choice: SessionOptions['runtime']): Promise<OnnxRuntime> {
  if (typeof choice === 'object') return choice
  const order = choice === undefined ? (isNode() ? ['node', 'web'] : ['web']) : [choice]
  const causes: unknown[] = []
  for (const one of order) {
    try {
      return await (one === 'node' ? importNative() : importWeb())
    } catch (cause) {
      causes.push(cause)
    }
  }
  throw new MissingDependencyError({
    where: 'loadOnnx',
    got: `no ${order.map((one) => `onnxruntime-${one}`).join(' and no ')} (${messageOf(causes[0])})`,
    expected: 'ONNX Runtime, which is not part of sodalime',
    remedy:
      'Run `npm install onnxruntime-node` (Node, native and fastest) or `npm install onnxruntime-web` (browsers, WebAssembly).',
    cause: causes[0],
  })
}

async function importNative(): Promise<OnnxRuntime> {
  // Not a literal, so that bundlers for browsers leave it alone.
  const name = 'onnxruntime-node'
  return moduleOf(await import(/* @vite-ignore */ /* webpackIgnore: true */ name))
}

async function importWeb(): Promise<OnnxRuntime> {
  return moduleOf(await import('onnxruntime-web'))
}

/** CommonJS modules may stand under `default`. */
function moduleOf(imported: object): OnnxRuntime {
  const module = imported as Partial<OnnxRuntime> & { readonly default?: OnnxRuntime }
  return module.InferenceSession === undefined ? module.default! : (module as OnnxRuntime)
}

function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
