/**
 * A TensorFlow.js graph model behind the interface of a session: plain tensors in, plain tensors out.
 *
 * TensorFlow.js runs it by its WebAssembly backend, which falls back to the slow cpu backend without a word where it
 * cannot start; that is refused here. All tensors of a run are freed after it.
 */
import type { GraphModel } from '@tensorflow/tfjs-converter'
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core'
import { MissingDependencyError, PredictorError } from '../../contract/index.ts'
import type { GraphInput } from '../onnx/feeds.ts'
import type { TensorType } from '../onnx/model-proto.ts'
import type { Session, TensorData, Tensors } from '../onnx/session.ts'

/** The parts of a `model.json` with its weights in one piece. */
export interface GraphArtifacts {
  readonly modelTopology: object
  readonly weightSpecs: readonly object[]
  readonly weightData: ArrayBuffer
  readonly signature?: object | undefined
  readonly modelInitializer?: object | undefined
  readonly initializerSignature?: object | undefined
}

/** What runs the graph. */
export type TfjsBackend = 'wasm' | 'cpu'

/** A graph that is loaded. */
export interface GraphSession {
  readonly session: Session
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly string[]
}

type Core = typeof import('@tensorflow/tfjs-core')

/** Loads a graph. Rejects with a MissingDependencyError without TensorFlow.js, a PredictorError where it refuses. */
export async function openGraphSession(
  name: string,
  artifacts: GraphArtifacts,
  backend: TfjsBackend,
): Promise<GraphSession> {
  const core = await startBackend(backend)
  const { loadGraphModel } = await load(() => import('@tensorflow/tfjs-converter'), backend)
  let model: GraphModel
  try {
    model = await loadGraphModel({ load: async () => artifacts as never })
  } catch (cause) {
    throw new PredictorError({
      where: name,
      got: `a graph that TensorFlow.js refuses (${messageOf(cause)})`,
      expected: 'a graph model that it can run',
      remedy:
        'Convert the model again with tensorflowjs_converter --output_format=tfjs_graph_model.',
      cause,
    })
  }
  const inputs = model.inputs.map((input): GraphInput => {
    const [batch, ...sizes] = (input.shape ?? []).map((size) => (size >= 0 ? size : null))
    if (input.shape !== undefined && input.shape.length > 0) {
      return { name: input.name, type: typeOf(input.dtype), sizes, batch: batch ?? null }
    }
    throw new PredictorError({
      where: `${name}, input ${input.name}`,
      got: 'no shape',
      expected: 'tensors whose first size is the batch',
      remedy: 'Convert the model again with its signature.',
    })
  })
  const outputs = model.outputs.map((output) => output.name)
  return { session: sessionOf(name, core, model), inputs, outputs }
}

function sessionOf(name: string, core: Core, model: GraphModel): Session {
  let last: Promise<unknown> = Promise.resolve()
  let closed: Promise<void> | undefined
  let milliseconds = 0
  const run = async (feeds: Tensors, outputs: readonly string[]): Promise<Tensors> => {
    const given: NamedTensorMap = {}
    let made: Tensor[] = []
    const began = performance.now()
    try {
      for (const [input, { type, data, dims }] of Object.entries(feeds)) {
        given[input] = core.tensor(
          data as never,
          [...dims],
          type === 'string' ? 'string' : dtypeOf(type),
        )
      }
      made = await execute(model, given, outputs)
      const out: { [output: string]: TensorData } = {}
      for (let i = 0; i < outputs.length; i++) {
        const tensor = made[i]!
        const data = (await tensor.data()).slice() as TensorData['data']
        out[outputs[i]!] = { type: typeOf(tensor.dtype), data, dims: tensor.shape }
      }
      return out
    } catch (cause) {
      throw new PredictorError({
        where: `${name}, predict`,
        got: `an error of TensorFlow.js (${messageOf(cause)})`,
        expected: 'outputs',
        remedy: 'Operations that TensorFlow.js does not know must be taken out before converting.',
        cause,
      })
    } finally {
      milliseconds += performance.now() - began
      core.dispose([...Object.values(given), ...made])
    }
  }
  return {
    inWorker: false,
    runSeconds: () => milliseconds / 1000,
    run(feeds, outputs) {
      const running = last.then(() => run(feeds, outputs))
      last = running.catch(() => undefined)
      return running
    },
    close() {
      closed ??= last.then(() => model.dispose())
      return closed
    },
  }
}

/** Graphs with loops and branches run only asynchronously; TensorFlow.js tells so by an error. */
async function execute(
  model: GraphModel,
  given: NamedTensorMap,
  outputs: readonly string[],
): Promise<Tensor[]> {
  let results: Tensor | Tensor[]
  try {
    results = model.execute(given, [...outputs])
  } catch (cause) {
    if (!/executeAsync/.test(messageOf(cause))) throw cause
    results = await model.executeAsync(given, [...outputs])
  }
  return Array.isArray(results) ? results : [results]
}

async function startBackend(backend: TfjsBackend): Promise<Core> {
  const core = await load(() => import('@tensorflow/tfjs-core'), backend)
  // A library is silent: without this TensorFlow.js greets in Node.
  core.enableProdMode()
  if (core.getBackend() === backend) return core
  await load(
    async () =>
      backend === 'wasm'
        ? import('@tensorflow/tfjs-backend-wasm')
        : import('@tensorflow/tfjs-backend-cpu'),
    backend,
  )
  const started = await core.setBackend(backend)
  await core.ready()
  if (started && core.getBackend() === backend) return core
  throw new PredictorError({
    where: 'loadTfjs, options.backend',
    got: `the backend ${core.getBackend()}`,
    expected: backend,
    remedy: "TensorFlow.js could not start it here; try backend: 'cpu', which is slow.",
  })
}

async function load<Module>(
  importing: () => Promise<Module>,
  backend: TfjsBackend,
): Promise<Module> {
  try {
    return await importing()
  } catch (cause) {
    throw new MissingDependencyError({
      where: 'loadTfjs',
      got: `no TensorFlow.js (${messageOf(cause)})`,
      expected: 'TensorFlow.js, which is not part of sodalime',
      remedy: `Run \`npm install @tensorflow/tfjs-core @tensorflow/tfjs-converter @tensorflow/tfjs-backend-${backend}\`.`,
      cause,
    })
  }
}

function typeOf(dtype: string): TensorType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool' || dtype === 'string')
    return dtype
  return 'other'
}

function dtypeOf(type: TensorType): 'float32' | 'int32' | 'bool' {
  return type === 'int32' || type === 'bool' ? type : 'float32'
}

function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
