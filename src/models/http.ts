/**
 * Predictors over model servers, one function for each protocol; nothing is contacted but the address that is given.
 *
 * | function                   | speaks                                        | servers                                |
 * | -------------------------- | --------------------------------------------- | -------------------------------------- |
 * | `connectInference`         | Open Inference Protocol v2, REST              | KServe, Triton, Seldon, MLServer       |
 * | `connectTensorFlowServing` | `/v1/models/NAME:predict`                     | TensorFlow Serving, KServe v1          |
 * | `connectMlflow`            | `/invocations`                                | MLflow, Databricks, SageMaker          |
 * | `connectJson`              | JSON by a template                            | any other                              |
 * | `connectChat`              | `/v1/chat/completions`                        | OpenAI, vLLM, llama.cpp, Ollama        |
 *
 * All share one way of sending (`http/transport.ts`) and of splitting batches (`http/ask-in-pieces.ts`); what is known
 * about each server stands in docs/servers.md. The code runs in Node and in browsers.
 */
import type { PredictContext, TextInput } from '../contract/index.ts'
import { askInPieces, type Protocol } from './http/ask-in-pieces.ts'
import { CHAT_OPTIONS, type ChatOptions, chatProtocol } from './http/chat.ts'
import { INFERENCE_OPTIONS, type InferenceOptions, inferenceProtocol } from './http/inference-v2.ts'
import { JSON_OPTIONS, type JsonOptions, jsonProtocol } from './http/json-template.ts'
import { MLFLOW_OPTIONS, type MlflowOptions, mlflowProtocol } from './http/mlflow.ts'
import {
  checkServerOptions,
  INPUT_OPTIONS,
  type ServerOptions,
  type ServerPredictor,
} from './http/server-options.ts'
import { readServerUrl } from './http/server-url.ts'
import {
  TENSORFLOW_SERVING_OPTIONS,
  type TensorFlowServingOptions,
  tensorFlowServingProtocol,
} from './http/tensorflow-serving.ts'
import { Transport } from './http/transport.ts'

export type { ChatOptions } from './http/chat.ts'
export type { InferenceOptions } from './http/inference-v2.ts'
export type { Json, JsonOptions } from './http/json-template.ts'
export type { MlflowOptions } from './http/mlflow.ts'
export type {
  Headers,
  InputOptions,
  ServerInput,
  ServerOptions,
  ServerPredictor,
  TransportOptions,
} from './http/server-options.ts'
export type { ServerTensor } from './http/server-tensors.ts'
export type { TensorFlowServingOptions } from './http/tensorflow-serving.ts'
export type { ImageLayout } from './onnx/image-input.ts'
export type { SeriesLayout } from './onnx/series-input.ts'

/**
 * A model behind the Open Inference Protocol v2: `http://host:8080/v2/models/NAME[/versions/V]`, or the server's address
 * and the option `model`. Reads the model's metadata. Rejects with an OptionError for options or an address that cannot
 * be, and with a PredictorError where the server does not answer.
 */
export async function connectInference(
  url: string | URL,
  options: InferenceOptions = {},
): Promise<ServerPredictor> {
  const where = 'connectInference'
  checkServerOptions(where, options, [...INPUT_OPTIONS, ...INFERENCE_OPTIONS])
  const { transport, address } = open(where, url, options)
  const { protocol, inputNames } = await inferenceProtocol(transport, address, options)
  return predictor(transport, protocol, options, inputNames)
}

/**
 * A model behind TensorFlow Serving's REST interface: `http://host:8501/v1/models/NAME[/versions/N]`, or the server's
 * address and the option `model`. Reads the signature where the server tells it. Rejects as `connectInference` does.
 */
export async function connectTensorFlowServing(
  url: string | URL,
  options: TensorFlowServingOptions = {},
): Promise<ServerPredictor> {
  const where = 'connectTensorFlowServing'
  checkServerOptions(where, options, [...INPUT_OPTIONS, ...TENSORFLOW_SERVING_OPTIONS])
  const { transport, address } = open(where, url, options)
  const { protocol, inputNames } = await tensorFlowServingProtocol(transport, address, options)
  return predictor(transport, protocol, options, inputNames)
}

/**
 * A model behind MLflow's scoring server: `http://host:5000[/invocations]`. Nothing is sent before the first
 * prediction. A classifier must answer with probabilities: log scikit-learn models with
 * `pyfunc_predict_fn="predict_proba"`. Rejects with an OptionError for options or an address that cannot be.
 */
export async function connectMlflow(
  url: string | URL,
  options: MlflowOptions = {},
): Promise<ServerPredictor> {
  const where = 'connectMlflow'
  checkServerOptions(where, options, [...INPUT_OPTIONS, ...MLFLOW_OPTIONS])
  const { transport, address } = open(where, url, options)
  return predictor(transport, mlflowProtocol(transport, address, options), options, options.columns)
}

/**
 * A model behind any address that takes JSON by POST, by a template of the request and a path into the answer
 * (`http/json-template.ts`). Nothing is sent before the first prediction. Rejects with an OptionError for options or an
 * address that cannot be.
 */
export async function connectJson(
  url: string | URL,
  options: JsonOptions = {},
): Promise<ServerPredictor> {
  const where = 'connectJson'
  checkServerOptions(where, options, [...INPUT_OPTIONS, ...JSON_OPTIONS])
  const { transport, address } = open(where, url, options)
  return predictor(transport, jsonProtocol(transport, address, options), options, options.columns)
}

/**
 * A chat model as a classifier of texts: `https://host/v1[/chat/completions]`. Keys belong into the option `headers`:
 * `{ authorization: 'Bearer …' }`. Nothing is sent before the first prediction. Rejects with an OptionError for options
 * or an address that cannot be.
 */
export async function connectChat(
  url: string | URL,
  options: ChatOptions,
): Promise<ServerPredictor<TextInput>> {
  const where = 'connectChat'
  checkServerOptions(where, options, CHAT_OPTIONS)
  const { transport, address } = open(where, url, options)
  const remembering = { remember: 16_000_000, ...options, task: 'classification' as const }
  return predictor(transport, chatProtocol(transport, address, options), remembering, undefined)
}

function open(
  where: string,
  url: string | URL,
  options: ServerOptions,
): { readonly transport: Transport; readonly address: URL } {
  const address = readServerUrl(where, url)
  return { transport: new Transport(where, address, options), address: address.url }
}

function predictor<Input>(
  transport: Transport,
  protocol: Protocol<Input>,
  options: ServerOptions,
  inputNames: readonly string[] | undefined,
): ServerPredictor<Input> {
  const { predict, close } = askInPieces(transport, protocol, options)
  const { classNames } = options
  return {
    task: options.task ?? (classNames === undefined ? undefined : 'classification'),
    classNames,
    inputNames,
    predict: (inputs: readonly Input[], { signal }: PredictContext = {}) => predict(inputs, signal),
    async close() {
      close()
    },
  }
}
