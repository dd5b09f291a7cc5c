/**
 * Chat models behind the interface of OpenAI (`POST …/chat/completions`) as classifiers of texts: OpenAI, vLLM,
 * llama.cpp, Ollama and many others.
 *
 * 1. The classes are shown as letters A, B, C, … (one token each in every tokenizer), or by their names.
 * 2. `logprobs`: one request a text, with the likeliest candidates of the first token; `sampling`: `samples` answers a
 *    text, asked at once with `n` and again for what is missing where the server ignores it (`chat-labels.ts`).
 * 3. Answers are remembered (16 MB), so that equal texts get equal probabilities and cost once.
 *
 * Source: "Create chat completion", platform.openai.com/docs/api-reference/chat.
 */
import {
  checkChoice,
  checkOptions,
  type Matrix,
  OptionError,
  PredictorOutputError,
  ShapeError,
  type TextInput,
} from '../../contract/index.ts'
import { jsonText, type Protocol } from './ask-in-pieces.ts'
import { labelOfAnswer, probabilitiesFromTokens, type SaidToken } from './chat-labels.ts'
import { answerError } from './server-errors.ts'
import { SERVER_OPTIONS, type ServerOptions } from './server-options.ts'
import { shownUrl, withPath } from './server-url.ts'
import type { JsonReply, Transport } from './transport.ts'

/** How a chat model classifies texts. */
export interface ChatOptions extends Omit<ServerOptions, 'task' | 'activation'> {
  /** The model's name, as the server knows it. */
  readonly model?: string | undefined
  /** The classes, at least two. */
  readonly classNames: readonly string[]
  /** What is asked: `{{text}}` is the text (of several fields `{{NAME}}` is one), `{{classes}}` the list of classes. */
  readonly prompt?: string | undefined
  /** What stands before it as the system's message. Default: none. */
  readonly system?: string | undefined
  /** Where probabilities come from. Default `logprobs`; `sampling` for servers without them. */
  readonly method?: 'logprobs' | 'sampling' | undefined
  /** What the model shall answer with: the class's letter, or its name. Default `letters`. */
  readonly answers?: 'letters' | 'names' | undefined
  /** Candidates of the first token that the server is asked for. Default 20, the most that OpenAI gives. */
  readonly topLogprobs?: number | undefined
  /** Answers sampled for one text. Default 10. */
  readonly samples?: number | undefined
  /** Temperature of the sampling. Default 1. */
  readonly temperature?: number | undefined
  /** Seed sent to the server. Default 0. */
  readonly seed?: number | undefined
  /** What else the request holds, over all else: `{ max_completion_tokens: 4, max_tokens: null }`; null leaves out. */
  readonly body?: { readonly [name: string]: unknown } | undefined
}

/** Names of the options of this protocol alone. */
export const CHAT_OPTIONS = [
  'model',
  'prompt',
  'system',
  'method',
  'answers',
  'topLogprobs',
  'samples',
  'temperature',
  'seed',
  'body',
] as const satisfies readonly (keyof ChatOptions)[]

/** Below this mass on the labels the answer says nothing about them. */
const LEAST_MASS = 0.01
/** Below this mass the user is warned. */
const LOW_MASS = 0.5

/** The protocol at an address with or without `/chat/completions`. Throws an OptionError for options that cannot be. */
export function chatProtocol(
  transport: Transport,
  address: URL,
  options: ChatOptions,
): Protocol<TextInput> {
  checkChatOptions(options)
  const path = address.pathname.replace(/\/+$/, '')
  const completions = '/chat/completions'
  const url = withPath(address, path.endsWith(completions) ? path : path + completions)
  const { classNames, method = 'logprobs', answers = 'letters' } = options
  const labels = answers === 'letters' ? classNames.map((_, i) => letter(i)) : [...classNames]
  const question = questionWriter(options, labels)
  const samples = options.samples ?? 10
  let warned = false

  function readTokens(reply: JsonReply): Matrix {
    const said = choicesOf(reply)[0]?.logprobs?.content
    if (!Array.isArray(said) || said.length === 0) {
      throw answerError(
        reply,
        'an answer without logprobs',
        'the log-probabilities of its first token',
        "This server or model gives none: take method: 'sampling'.",
      )
    }
    const { probabilities, mass } = probabilitiesFromTokens(said, labels)
    if (mass < LEAST_MASS) {
      const tokens = said.map(({ token }) => token).join('')
      throw new PredictorOutputError({
        where: reply.from,
        got: `the answer ${JSON.stringify(tokens)}, with a probability of ${mass.toPrecision(2)} on all labels together`,
        expected: `an answer that begins with one of ${labels.join(', ')}`,
        remedy:
          'Say in the prompt that it shall answer with nothing else, and switch off what a model thinks aloud before it answers.',
      })
    }
    if (mass < LOW_MASS && !warned) {
      warned = true
      options.onWarning?.({
        code: 'low-label-mass',
        message: `The model puts only ${Math.round(mass * 100)} % on the labels ${labels.join(', ')}: the probabilities are those among them. A clearer prompt helps.`,
      })
    }
    return { data: probabilities, rows: 1, cols: labels.length }
  }

  async function sample(body: string, signal: AbortSignal | undefined): Promise<Matrix> {
    const counts = new Float64Array(labels.length)
    const request = JSON.parse(body) as Record<string, unknown>
    const unread: string[] = []
    let named = 0
    const askFor = async (n: number, round: number): Promise<JsonReply> => {
      const seed = 'seed' in request ? { seed: Number(request.seed) + round } : {}
      return transport.json({ url, body: JSON.stringify({ ...request, n, ...seed }), signal })
    }
    const first = await askFor(samples, 0)
    const size = Math.min(samples, choicesOf(first).length)
    if (size === 0) throw noChoices(first)
    // A server that ignores n gives one answer at a time.
    const rounds = Array.from({ length: Math.ceil(samples / size) - 1 }, (_, i) => i + 1)
    const others = await Promise.all(rounds.map((round) => askFor(size, round)))
    for (const { message } of [first, ...others].flatMap(choicesOf).slice(0, samples)) {
      const answer = typeof message?.content === 'string' ? message.content : ''
      const label = labelOfAnswer(answer, labels)
      if (label === -1) unread.push(answer)
      else {
        counts[label] = counts[label]! + 1
        named++
      }
    }
    if (2 * named < samples) {
      throw answerError(
        first,
        `${samples - named} of ${samples} answers that name no class, such as ${JSON.stringify(unread[0]?.slice(0, 80))}`,
        `answers that name one of ${labels.join(', ')}`,
        'Say in the prompt that it shall answer with nothing else, and leave it room for that with body: { max_tokens: … }.',
      )
    }
    return { data: counts.map((count) => count / named), rows: 1, cols: labels.length }
  }

  return {
    where: shownUrl(url),
    pieceSize: 1,
    encode(texts) {
      const messages = [
        ...(options.system === undefined ? [] : [{ role: 'system', content: options.system }]),
        { role: 'user', content: question(texts[0]!) },
      ]
      const how =
        method === 'logprobs'
          ? {
              max_tokens: 3,
              temperature: 0,
              logprobs: true,
              top_logprobs: options.topLogprobs ?? 20,
            }
          : { max_tokens: 16, temperature: options.temperature ?? 1 }
      const model = options.model === undefined ? {} : { model: options.model }
      const request = { ...model, messages, ...how, seed: options.seed ?? 0, ...options.body }
      const given = Object.entries(request).filter(([, value]) => value !== null)
      return jsonText(shownUrl(url), Object.fromEntries(given))
    },
    async ask(body, _rows, signal) {
      if (method === 'sampling') return sample(body, signal)
      return readTokens(await transport.json({ url, body, signal }))
    },
  }
}

interface Choice {
  readonly message?: { readonly content?: unknown } | undefined
  readonly logprobs?: { readonly content?: readonly SaidToken[] } | null | undefined
}

function choicesOf(reply: JsonReply): readonly Choice[] {
  const { choices } = (reply.json ?? {}) as { readonly choices?: unknown }
  if (Array.isArray(choices)) return choices
  throw noChoices(reply)
}

function noChoices(reply: JsonReply): PredictorOutputError {
  return answerError(
    reply,
    'no choices',
    'an answer of a chat model',
    'Check that the address is that of an OpenAI-compatible server, such as https://host/v1.',
  )
}

/** The prompt for one text. */
function questionWriter(
  { prompt, classNames, answers = 'letters' }: ChatOptions,
  labels: readonly string[],
): (text: TextInput) => string {
  const letters = answers === 'letters'
  const classes = classNames
    .map((name, i) => (letters ? `${labels[i]}: ${name}` : `- ${name}`))
    .join('\n')
  const template =
    prompt ??
    `Which class does the text belong to?\n\n{{classes}}\n\nText:\n{{text}}\n\nAnswer with the ${
      letters ? 'letter' : 'name'
    } of the class only.`
  return (text) => {
    const fields = fieldsOf(text)
    return template.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (whole, name: string) => {
      if (name === 'classes') return classes
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (field !== undefined) return field
      throw noText(
        `the fields ${Object.keys(fields).join(', ')}`,
        `a text for ${whole} in the prompt`,
      )
    })
  }
}

/** The places that a text fills: `text` is the whole, of several fields one below the other. */
function fieldsOf(text: TextInput): { readonly [name: string]: string } {
  if (typeof text === 'string') return { text }
  const values: unknown[] = Array.isArray(text) ? [] : Object.values(text)
  if (values.length > 0 && values.every((value) => typeof value === 'string')) {
    return { text: values.join('\n'), ...text }
  }
  throw noText('an instance that is no text', 'a text, or several by name')
}

function noText(got: string, expected: string): ShapeError {
  return new ShapeError({
    where: 'connectChat, predict',
    got,
    expected,
    remedy: 'Take TextExplainer, and name the fields of its texts in the prompt.',
  })
}

function letter(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index)
}

function checkChatOptions(options: ChatOptions): void {
  const shared = SERVER_OPTIONS.filter((name) => name !== 'task' && name !== 'activation')
  checkOptions('connectChat, options', options, [...CHAT_OPTIONS, ...shared])
  const { classNames, method, answers, prompt, samples, topLogprobs } = options
  const problem = (name: string, got: string, expected: string, remedy: string): OptionError =>
    new OptionError({ where: `connectChat, options.${name}`, got, expected, remedy })
  if (method !== undefined) {
    checkChoice('connectChat, options.method', method, ['logprobs', 'sampling'])
  }
  if (answers !== undefined) {
    checkChoice('connectChat, options.answers', answers, ['letters', 'names'])
  }
  if (!Array.isArray(classNames) || classNames.length < 2) {
    throw problem(
      'classNames',
      Array.isArray(classNames) ? `${classNames.length} classes` : 'nothing',
      'at least two classes',
      'Name the classes that the chat model shall choose from.',
    )
  }
  if (classNames.length > 26 && answers !== 'names') {
    throw problem(
      'classNames',
      `${classNames.length} classes`,
      'at most 26 letters',
      "Take answers: 'names' for more classes.",
    )
  }
  const firsts = new Set(classNames.map((name) => name.trim().toLowerCase()))
  if (firsts.size < classNames.length || firsts.has('')) {
    throw problem('classNames', classNames.join(', '), 'names that differ', 'Name each class once.')
  }
  if (prompt !== undefined && !/\{\{\s*(?!classes\s*\}\})[^{}]+\}\}/.test(prompt)) {
    throw problem('prompt', JSON.stringify(prompt), 'a place for the text', 'Write {{text}} in it.')
  }
  for (const [name, value] of Object.entries({ samples, topLogprobs })) {
    if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= 1000)) continue
    throw problem(name, String(value), 'an integer from 1 to 1000', 'Leave it out for the default.')
  }
}
