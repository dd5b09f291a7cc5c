/**
 * The Open Inference Protocol, version 2, over REST: KServe, Triton, Seldon, MLServer, TorchServe.
 *
 * 1. `GET /v2/models/NAME[/versions/V]` describes inputs and outputs. Where no model is named, `POST
 *    /v2/repository/index` lists them, and the only one is taken.
 * 2. Instances become the tensors of the inputs, flat lists in JSON (`server-tensors.ts`); a batch that the model fixes
 *    is filled up by repeating its last instance.
 * 3. `GET /v2` and `…/config` tell the largest batch where the server is Triton.
 * 4. `POST …/infer`; the output named is read, else the only one, else the one for probabilities.
 *
 * Specification: "Open Inference Protocol", github.com/kserve/open-inference-protocol.
 */
import { OptionError, PredictorOutputError } from '../../contract/index.ts'
import type { GraphInput } from '../onnx/feeds.ts'
import { jsonText, type Protocol } from './ask-in-pieces.ts'
import { outputReader } from './output-rows.ts'
import { answerError } from './server-errors.ts'
import type { InputOptions, ServerInput, ServerOptions } from './server-options.ts'
import {
  flatValues,
  graphInput,
  isImage,
  isSeries,
  nested,
  type ServerTensor,
  tensorEncoder,
} from './server-tensors.ts'
import { below, shownUrl, withPath } from './server-url.ts'
import { type JsonReply, statusOf, type Transport } from './transport.ts'

/** What can be said about a model behind the Open Inference Protocol. */
export interface InferenceOptions extends ServerOptions, InputOptions {
  /** The model's name, where the address does not hold it. Default: the only model of the server. */
  readonly model?: string | undefined
  /** Its version. Default: the server's choice. */
  readonly version?: string | number | undefined
  /** The inputs, where the server does not describe them or wrongly. */
  readonly inputs?: readonly ServerTensor[] | undefined
  /** The output to read, such as `predict_proba`. Default: the only one, else one with `prob` in its name. */
  readonly output?: string | undefined
  /** Parameters of the request, such as `{ content_type: 'pd' }`. */
  readonly parameters?: { readonly [name: string]: unknown } | undefined
  /** Parameters of every input, such as `{ content_type: 'str' }`. */
  readonly inputParameters?: { readonly [name: string]: unknown } | undefined
}

/** Names of the options of this protocol alone. */
export const INFERENCE_OPTIONS = [
  'model',
  'version',
  'inputs',
  'output',
  'parameters',
  'inputParameters',
] as const satisfies readonly (keyof InferenceOptions)[]

/** Finds the model, and what it takes and gives. */
export async function inferenceProtocol(
  transport: Transport,
  address: URL,
  options: InferenceOptions,
): Promise<{
  readonly protocol: Protocol<ServerInput>
  readonly inputNames: readonly string[] | undefined
}> {
  const url = await modelUrl(transport, address, options)
  const where = shownUrl(url)
  const described = await describe(transport, url, options)
  const inputs = (options.inputs ?? described.inputs).map((input) => graphInput(where, input))
  const output = options.output ?? probabilities(described.outputs)
  if (output !== undefined && options.output !== undefined && described.outputs.length > 0) {
    checkOutput(where, output, described.outputs)
  }
  const most = await largestBatch(transport, url)
  const read = outputReader(options)
  let encoder: ReturnType<typeof tensorEncoder> | undefined =
    inputs.length === 0 ? undefined : tensorEncoder(where, inputs, options)
  const batch = inputs.find((input) => input.batch !== null && input.batch > 0)?.batch ?? null
  const perColumn = inputs.length > 1 && inputs.every(({ sizes }) => sizes.every((n) => n === 1))

  const encode = (instances: readonly ServerInput[]): string => {
    encoder ??= tensorEncoder(where, [guessedInput(instances[0])], options)
    const filled = [...instances]
    while (batch !== null && filled.length < batch) filled.push(filled.at(-1)!)
    const tensors = Object.entries(encoder(filled)).map(([name, tensor], i) => ({
      name,
      shape: tensor.dims,
      datatype: (options.inputs ?? described.inputs)[i]?.datatype ?? datatypeOf(tensor.type),
      ...(options.inputParameters === undefined ? {} : { parameters: options.inputParameters }),
      data: flatValues(tensor),
    }))
    // Optional in the protocol, but some servers cannot do without.
    return jsonText(where, {
      id: 'sodalime',
      ...(options.parameters === undefined ? {} : { parameters: options.parameters }),
      inputs: tensors,
      ...(output === undefined ? {} : { outputs: [{ name: output }] }),
    })
  }

  const infer = below(url, '/infer')
  return {
    inputNames: options.columns ?? (perColumn ? inputs.map(({ name }) => name) : undefined),
    protocol: {
      where: shownUrl(infer),
      pieceSize: batch ?? most,
      encode,
      async ask(body, rows, signal) {
        const reply = await transport.json({ url: infer, body, signal })
        const { name, shape, data } = outputOf(reply, output)
        const flat = data.flat(Number.POSITIVE_INFINITY) as unknown[]
        const count = shape.reduce((product, size) => product * size, 1)
        if (flat.length !== count || shape.length === 0) {
          throw answerError(
            reply,
            `${flat.length} values for the output ${name} of shape [${shape.join(', ')}]`,
            `${count} values`,
            'Give the output of the model another name with the option output, or see the log of the server.',
          )
        }
        const width = count / Math.max(1, shape[0]!)
        const answers = width === 1 ? flat : nested(flat, [shape[0]!, width])
        const filled = batch !== null && answers.length === batch && rows < batch
        return read(filled ? answers.slice(0, rows) : answers, rows, reply)
      },
    },
  }
}

interface Description {
  readonly inputs: readonly ServerTensor[]
  readonly outputs: readonly { readonly name: string }[]
}

async function modelUrl(
  transport: Transport,
  address: URL,
  { model, version }: InferenceOptions,
): Promise<URL> {
  const path = address.pathname.replace(/\/+$/, '').replace(/\/(infer|ready)$/, '')
  const named = /\/v2\/models\/[^/]+(\/versions\/[^/]+)?$/.exec(path)
  const url = new URL(address)
  const behind =
    version === undefined || named?.[1] !== undefined
      ? ''
      : `/versions/${encodeURIComponent(String(version))}`
  if (named !== null) {
    url.pathname = path + behind
    return url
  }
  url.pathname = path.replace(/\/v2(\/.*)?$/, '')
  const name = model ?? (await onlyModel(transport, url))
  return below(url, `/v2/models/${encodeURIComponent(name)}${behind}`)
}

async function onlyModel(transport: Transport, url: URL): Promise<string> {
  const index = below(url, '/v2/repository/index')
  let names: string[] = []
  try {
    const { json } = await transport.json({ url: index, body: '{}' })
    names = Array.isArray(json) ? [...new Set(json.map(({ name }) => String(name)))] : []
  } catch (error) {
    // Servers without a repository answer 404 and the like; what never answered is told as it is.
    if (statusOf(error) === undefined) throw error
  }
  if (names.length === 1) return names[0]!
  throw new OptionError({
    where: `connectInference, url ${shownUrl(url)}`,
    got: names.length === 0 ? 'no name of a model' : `a server of the models ${names.join(', ')}`,
    expected: 'the model to ask',
    remedy: 'Give it in the address (…/v2/models/NAME), or as the option model.',
  })
}

async function describe(
  transport: Transport,
  url: URL,
  { inputs }: InferenceOptions,
): Promise<Description> {
  let json: unknown
  try {
    json = (await transport.json({ url })).json
  } catch (error) {
    const status = statusOf(error)
    if (inputs === undefined || status === undefined || status === 401 || status === 403) {
      throw error
    }
  }
  const { inputs: ins, outputs: outs } = (json ?? {}) as Record<string, unknown>
  return {
    inputs: (Array.isArray(ins) ? ins : []).map(readTensor),
    outputs: (Array.isArray(outs) ? outs : []).map(readTensor),
  }
}

/** The largest batch, where the server tells it: Triton does, by its extension `model_configuration`. */
async function largestBatch(transport: Transport, url: URL): Promise<number | undefined> {
  try {
    const server = withPath(url, url.pathname.replace(/\/models\/.*$/, ''))
    const { extensions } = ((await transport.json({ url: server })).json ?? {}) as Record<
      string,
      unknown
    >
    if (!Array.isArray(extensions) || !extensions.includes('model_configuration')) return undefined
    const { max_batch_size: most } = ((await transport.json({ url: below(url, '/config') })).json ??
      {}) as Record<string, unknown>
    return typeof most === 'number' && most > 0 ? most : undefined
  } catch (error) {
    // Servers that tell nothing about themselves answer 404 and the like.
    if (statusOf(error) === undefined && !(error instanceof PredictorOutputError)) throw error
    return undefined
  }
}

function readTensor(found: unknown): ServerTensor {
  const { name, datatype, shape } = (found ?? {}) as Record<string, unknown>
  return {
    name: String(name),
    datatype: String(datatype),
    shape: Array.isArray(shape) ? shape.map(Number) : [],
  }
}

/** The input of a model that its server does not describe: what the first instance asks for. */
function guessedInput(instance: unknown): GraphInput {
  const name = 'input-0'
  if (typeof instance === 'string') return { name, type: 'string', sizes: [], batch: null }
  const sizes = isImage(instance) ? [null, null, null] : isSeries(instance) ? [null, null] : [null]
  return { name, type: 'float64', sizes, batch: null }
}

function datatypeOf(type: string): string {
  return type === 'string' ? 'BYTES' : 'FP32'
}

function probabilities(outputs: readonly { readonly name: string }[]): string | undefined {
  const likely = outputs.filter(({ name }) => /prob/i.test(name))
  return likely.length === 1 ? likely[0]!.name : undefined
}

/** Servers may offer more than they describe (MLServer does), so only a near miss is refused. */
function checkOutput(
  where: string,
  output: string,
  outputs: readonly { readonly name: string }[],
): void {
  const near = outputs.find(
    ({ name }) => name !== output && name.toLowerCase() === output.toLowerCase(),
  )
  if (near === undefined || outputs.some(({ name }) => name === output)) return
  throw new OptionError({
    where: `${where}, options.output`,
    got: JSON.stringify(output),
    expected: `one of ${outputs.map(({ name }) => name).join(', ')}`,
    remedy: `Did you mean ${near.name}?`,
  })
}

function outputOf(
  reply: JsonReply,
  wanted: string | undefined,
): { readonly name: string; readonly shape: readonly number[]; readonly data: unknown[] } {
  const { outputs } = (reply.json ?? {}) as { readonly outputs?: unknown }
  const all = (Array.isArray(outputs) ? outputs : []) as readonly Record<string, unknown>[]
  const names = all.map(({ name }) => String(name))
  const name =
    wanted ?? (all.length === 1 ? names[0] : probabilities(names.map((one) => ({ name: one }))))
  const output = all[names.indexOf(name ?? '')]
  if (output === undefined) {
    throw answerError(
      reply,
      all.length === 0 ? 'no outputs' : `the outputs ${names.join(', ')}`,
      wanted === undefined ? 'one output' : `the output ${wanted}`,
      'Say which output to read with the option output.',
    )
  }
  const { shape, data } = output
  if (!Array.isArray(data) || !Array.isArray(shape)) {
    throw answerError(
      reply,
      `an output ${name} without data and shape in JSON`,
      'outputs in JSON',
      'Let the server answer without the binary extension.',
    )
  }
  return { name: name!, shape: shape.map(Number), data }
}
