/**
 * One ONNX Runtime session behind plain data: typed arrays in, typed arrays out.
 *
 * Nothing but structured-cloneable values passes this interface, so that a session may live in a worker thread.
 * `onnxruntime-node` is taken in Node and `onnxruntime-web` in browsers, the other one where that is not installed;
 * a caller may hand in the module itself (`onnxruntime-web/webgpu`, one that a bundler resolved).
 */
import { MissingDependencyError, PredictorError } from '../../contract/index.ts'
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
  /** Frees the model; waits for a batch that is running. */
  close(): Promise<void>
}

/** The part of `onnxruntime-node` and `onnxruntime-web` that is used. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options?: object): Promise<RuntimeSession>
  }
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => object
  readonly env: { readonly wasm: { numThreads?: number | undefined } }
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
  const runtime = await loadRuntime(options.runtime)
  if (options.threads !== undefined) runtime.env.wasm.numThreads = options.threads
  let session: RuntimeSession
  try {
    session = await runtime.InferenceSession.create(bytes, {
      graphOptimizationLevel: 'all',
      // Only what ends the process is printed: a library is silent, and errors are thrown.
      logSeverityLevel: 4,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      ...(options.executionProviders === undefined
        ? {}
        : { executionProviders: options.executionProviders }),
      ...(external.length === 0 ? {} : { externalData: external }),
    })
  } catch (cause) {
    throw new PredictorError({
      where: name,
      got: `a model that ONNX Runtime refuses (${messageOf(cause)})`,
      expected: 'a model that it can run',
      remedy: 'Check the file with onnx.checker, or export it again for an older operator set.',
      cause,
    })
  }
  return wrap(name, runtime, session)
}

function wrap(name: string, runtime: OnnxRuntime, session: RuntimeSession): Session {
  let last: Promise<unknown> = Promise.resolve()
  let closed: Promise<void> | undefined
  const run = async (feeds: Tensors, outputs: readonly string[]): Promise<Tensors> => {
    const tensors: Record<string, object> = {}
    for (const [input, { type, data, dims }] of Object.entries(feeds)) {
      tensors[input] = new runtime.Tensor(type as never, data as never, dims)
    }
    let results: object
    try {
      results = await session.run(tensors as never, outputs)
    } catch (cause) {
      throw new PredictorError({
        where: `${name}, predict`,
        got: `an error of ONNX Runtime (${messageOf(cause)})`,
        expected: 'outputs',
        remedy: 'Compare the inputs of the model (inspectOnnx) with what is explained.',
        cause,
      })
    }
    const out: Record<string, TensorData> = {}
    for (const [output, tensor] of Object.entries(results) as [string, TensorData][]) {
      out[output] = { type: tensor.type, data: tensor.data, dims: tensor.dims }
    }
    return out
  }
  return {
    run(feeds, outputs) {
      const running = last.then(() => run(feeds, outputs))
      last = running.catch(() => undefined)
      return running
    },
    close() {
      closed ??= last.then(() => session.release())
      return closed
    },
  }
}

async function loadRuntime(choice: SessionOptions['runtime']): Promise<OnnxRuntime> {
  if (typeof choice === 'object') return choice
  const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined
  const order = choice === undefined ? (inNode ? ['node', 'web'] : ['web']) : [choice]
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
