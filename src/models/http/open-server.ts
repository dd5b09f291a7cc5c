/**
 * A server from a scheme and an address, with options of which each protocol takes those that it knows.
 */
import { OptionError } from '../../contract/index.ts'
import {
  connectChat,
  connectInference,
  connectJson,
  connectMlflow,
  connectTensorFlowServing,
} from '../http.ts'
import { CHAT_OPTIONS, type ChatOptions } from './chat.ts'
import { INFERENCE_OPTIONS, type InferenceOptions } from './inference-v2.ts'
import { JSON_OPTIONS, type JsonOptions } from './json-template.ts'
import { MLFLOW_OPTIONS, type MlflowOptions } from './mlflow.ts'
import {
  INPUT_OPTIONS,
  type InputOptions,
  SERVER_OPTIONS,
  type ServerInput,
  type ServerOptions,
  type ServerPredictor,
} from './server-options.ts'
import { TENSORFLOW_SERVING_OPTIONS } from './tensorflow-serving.ts'

/** Options for servers of all kinds; one that a protocol does not know is left out. */
export interface OpenServerOptions
  extends ServerOptions,
    InputOptions,
    Pick<InferenceOptions, 'model' | 'version' | 'inputs' | 'output' | 'parameters'>,
    Pick<MlflowOptions, 'params'>,
    Pick<JsonOptions, 'request'>,
    Pick<ChatOptions, 'prompt' | 'system' | 'method' | 'answers' | 'samples' | 'temperature'> {}

/** What stands before the address, and the function that connects. */
const PROTOCOLS = {
  'kserve:': 'inference',
  'triton:': 'inference',
  'mlserver:': 'inference',
  'seldon:': 'inference',
  'tfserving:': 'tensorflow',
  'mlflow:': 'mlflow',
  'json:': 'json',
  'openai:': 'chat',
} as const

/**
 * Connects to `address` by the protocol of `scheme`; with `http:` or `https:` by the path of the address, else by a JSON
 * template. What follows a `#` is the model's name.
 */
export async function openServer(
  scheme: string,
  address: string,
  options: OpenServerOptions = {},
): Promise<ServerPredictor> {
  const [url, name] = splitName(address)
  const all = name === undefined ? options : { ...options, model: name }
  switch (protocolOf(scheme, url)) {
    case 'inference':
      return connectInference(url, pick(all, [...INPUT_OPTIONS, ...INFERENCE_OPTIONS]))
    case 'tensorflow':
      return connectTensorFlowServing(
        url,
        pick(all, [...INPUT_OPTIONS, ...TENSORFLOW_SERVING_OPTIONS]),
      )
    case 'mlflow':
      return connectMlflow(url, pick(all, [...INPUT_OPTIONS, ...MLFLOW_OPTIONS]))
    case 'json':
      return connectJson(url, pick(all, [...INPUT_OPTIONS, ...JSON_OPTIONS]))
    case 'chat': {
      const { classNames } = options
      if (classNames === undefined) throw noClasses(scheme)
      const { task: _, activation: __, ...given } = all
      const chat = await connectChat(url, { ...pick(given, CHAT_OPTIONS), classNames })
      return { ...chat, predict: chat.predict as ServerPredictor<ServerInput>['predict'] }
    }
  }
}

function protocolOf(scheme: string, url: string): (typeof PROTOCOLS)[keyof typeof PROTOCOLS] {
  if (Object.hasOwn(PROTOCOLS, scheme)) return PROTOCOLS[scheme as keyof typeof PROTOCOLS]
  const path = url.replace(/[?#].*$/, '')
  if (/\/v2\/models\//.test(path)) return 'inference'
  if (/\/v1\/models\//.test(path)) return 'tensorflow'
  if (/\/invocations\/?$/.test(path)) return 'mlflow'
  return /\/chat\/completions\/?$/.test(path) ? 'chat' : 'json'
}

function splitName(address: string): [url: string, name: string | undefined] {
  const at = address.indexOf('#')
  if (at === -1 || at === address.length - 1) return [address.replace(/#$/, ''), undefined]
  return [address.slice(0, at), decodeURIComponent(address.slice(at + 1))]
}

/** The options that are given and that the protocol knows. */
function pick<Options extends object>(options: Options, own: readonly string[]): Options {
  const known: readonly string[] = [...own, ...SERVER_OPTIONS]
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && known.includes(name)),
  ) as Options
}

function noClasses(scheme: string): OptionError {
  return new OptionError({
    where: `openModel, ${scheme}`,
    got: 'no names of classes',
    expected: 'the classes that the chat model shall choose from',
    remedy: 'Give them as server.classNames (--class-names on the command line).',
  })
}
