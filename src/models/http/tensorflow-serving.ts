/**
 * TensorFlow Serving's REST interface (`/v1/models/NAME`), which KServe's version 1 speaks too.
 *
 * 1. `GET …/metadata` describes the signature's inputs; a server without it (404: KServe) is asked with plain instances.
 * 2. Row format: `{"instances": […]}`, answered by `predictions`; column format: `{"inputs": …}`, answered by
 *    `outputs`. Several inputs are objects by name.
 * 3. `POST …:predict`; of several outputs the one named is read, else the only one, else the one for probabilities.
 *
 * Source: "RESTful API", tensorflow.org/tfx/serving/api_rest.
 */
import { OptionError } from '../../contract/index.ts'
import { jsonText, type Protocol } from './ask-in-pieces.ts'
import { outputReader } from './output-rows.ts'
import { answerError } from './server-errors.ts'
import type { InputOptions, ServerInput, ServerOptions } from './server-options.ts'
import {
  graphInput,
  nestedValues,
  plainValues,
  type ServerTensor,
  tensorEncoder,
} from './server-tensors.ts'
import { shownUrl, withPath } from './server-url.ts'
import { type JsonReply, statusOf, type Transport } from './transport.ts'

/** What can be said about a model behind TensorFlow Serving. */
export interface TensorFlowServingOptions extends ServerOptions, InputOptions {
  /** The model's name, where the address does not hold it. */
  readonly model?: string | undefined
  /** Its version. Default: the latest. */
  readonly version?: string | number | undefined
  /** The signature to call. Default `serving_default`. */
  readonly signature?: string | undefined
  /** `row`: `instances`; `column`: `inputs`. Default `row`. */
  readonly format?: 'row' | 'column' | undefined
  /** The output to read, where there are several. Default: one with `prob` in its name. */
  readonly output?: string | undefined
}

/** Names of the options of this protocol alone. */
export const TENSORFLOW_SERVING_OPTIONS = [
  'model',
  'version',
  'signature',
  'format',
  'output',
] as const satisfies readonly (keyof TensorFlowServingOptions)[]

/** Finds the model, and what it takes. */
export async function tensorFlowServingProtocol(
  transport: Transport,
  address: URL,
  options: TensorFlowServingOptions,
): Promise<{
  readonly protocol: Protocol<ServerInput>
  readonly inputNames: readonly string[] | undefined
}> {
  const url = modelUrl(address, options)
  const where = shownUrl(url)
  const described = await signatureInputs(transport, url, options.signature)
  const inputs = described.map((input) => graphInput(where, input))
  const encoder = inputs.length === 0 ? undefined : tensorEncoder(where, inputs, options)
  const column = options.format === 'column'
  const batch = inputs.find((input) => input.batch !== null && input.batch > 0)?.batch ?? null
  const read = outputReader(options)
  const signature = options.signature === undefined ? {} : { signature_name: options.signature }

  const encode = (instances: readonly ServerInput[]): string => {
    const filled = [...instances]
    while (batch !== null && filled.length < batch) filled.push(filled.at(-1)!)
    if (encoder === undefined) {
      const values = plainValues(where, filled, options)
      return jsonText(where, { ...signature, [column ? 'inputs' : 'instances']: values })
    }
    const named = Object.entries(encoder(filled)).map(
      ([name, tensor]) => [name, nestedValues(tensor)] as const,
    )
    const only = named.length === 1 ? named[0]![1] : undefined
    if (column) return jsonText(where, { ...signature, inputs: only ?? Object.fromEntries(named) })
    const rows =
      only ?? filled.map((_, i) => Object.fromEntries(named.map(([name, all]) => [name, all[i]])))
    return jsonText(where, { ...signature, instances: rows })
  }

  const predict = withPath(url, `${url.pathname}:predict`)
  const perColumn = inputs.length > 1 && inputs.every(({ sizes }) => sizes.every((n) => n === 1))
  return {
    inputNames: options.columns ?? (perColumn ? inputs.map(({ name }) => name) : undefined),
    protocol: {
      where: shownUrl(predict),
      pieceSize: batch ?? undefined,
      encode,
      async ask(body, rows, signal) {
        const reply = await transport.json({ url: predict, body, signal })
        const answers = chosenOutput(reply, options.output)
        const filled = batch !== null && answers.length === batch && rows < batch
        return read(filled ? answers.slice(0, rows) : answers, rows, reply)
      },
    },
  }
}

function modelUrl(address: URL, { model, version }: TensorFlowServingOptions): URL {
  const path = address.pathname.replace(/\/+$/, '').replace(/(:predict|\/metadata)$/, '')
  const named = /\/v1\/models\/[^/:]+(\/(versions|labels)\/[^/:]+)?$/.exec(path)
  const behind = version === undefined || named?.[1] !== undefined ? '' : `/versions/${version}`
  if (named !== null) return withPath(address, path + behind)
  if (model !== undefined) {
    const before = path.replace(/\/v1(\/.*)?$/, '')
    return withPath(address, `${before}/v1/models/${encodeURIComponent(model)}${behind}`)
  }
  throw new OptionError({
    where: `connectTensorFlowServing, url ${shownUrl(address)}`,
    got: 'no name of a model',
    expected: 'the model to ask',
    remedy: 'Give it in the address (…/v1/models/NAME), or as the option model.',
  })
}

async function signatureInputs(
  transport: Transport,
  url: URL,
  signature = 'serving_default',
): Promise<ServerTensor[]> {
  let json: unknown
  try {
    json = (await transport.json({ url: withPath(url, `${url.pathname}/metadata`) })).json
  } catch (error) {
    const status = statusOf(error)
    if (status !== 404 && status !== 405) throw error
    return []
  }
  const { metadata } = (json ?? {}) as { metadata?: { signature_def?: { signature_def?: object } } }
  const signatures = (metadata?.signature_def?.signature_def ?? {}) as {
    readonly [name: string]: { readonly inputs?: { readonly [name: string]: TensorInfo } }
  }
  if (signatures[signature] === undefined && Object.keys(signatures).length > 0) {
    throw new OptionError({
      where: `${shownUrl(url)}, options.signature`,
      got: JSON.stringify(signature),
      expected: `one of ${Object.keys(signatures).join(', ')}`,
      remedy: 'Take a signature of the model.',
    })
  }
  return Object.entries(signatures[signature]?.inputs ?? {}).map(([name, info]) => ({
    name,
    datatype: info.dtype ?? '',
    shape: (info.tensor_shape?.dim ?? []).map(({ size }) => Number(size)),
  }))
}

interface TensorInfo {
  readonly dtype?: string
  readonly tensor_shape?: { readonly dim?: readonly { readonly size: string | number }[] }
}

/** The answers of all instances, a list; of several outputs the one that is meant. */
function chosenOutput(reply: JsonReply, wanted: string | undefined): unknown[] {
  const { predictions, outputs } = (reply.json ?? {}) as Record<string, unknown>
  const all = predictions ?? outputs
  const named = Array.isArray(all) ? all[0] : all
  if (typeof named !== 'object' || named === null || Array.isArray(named)) {
    if (Array.isArray(all)) return all
    throw answerError(
      reply,
      'neither predictions nor outputs',
      'a list of predictions',
      'Check that the address is that of a TensorFlow Serving model.',
    )
  }
  const names = Object.keys(named)
  const likely = names.filter((one) => /prob/i.test(one))
  const name =
    wanted ?? (names.length === 1 ? names[0] : likely.length === 1 ? likely[0] : undefined)
  const scores = Object.values(named).every((value) => typeof value === 'number')
  if (name === undefined && scores && Array.isArray(all)) return all
  if (name === undefined || !names.includes(name)) {
    throw answerError(
      reply,
      `the outputs ${names.join(', ')}`,
      wanted === undefined ? 'one output' : `the output ${wanted}`,
      'Say which output to read with the option output.',
    )
  }
  const pick = (from: unknown): unknown => (from as Record<string, unknown>)[name]
  if (Array.isArray(all)) return all.map(pick)
  const values = pick(all)
  return Array.isArray(values) ? values : [values]
}
