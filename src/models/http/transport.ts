/**
 * Requests to one server, shared by all protocols:
 *
 * 1. At most `concurrency` at the same time.
 * 2. Each has `timeout` for its whole answer; an answer of over 256 MB is refused.
 * 3. 408, 425, 429, 5xx, timeouts and broken connections are tried again (`retry-wait.ts`); a Retry-After holds back
 *    every request of this server.
 * 4. Redirects are followed within the same origin only, and for POST only where the body is sent again (307, 308), so
 *    that headers with credentials never reach another host.
 * 5. Credentials of the address become a header; no error shows them, nor a header's value that the server echoes.
 */
import { OptionError, PredictorError } from '../../contract/index.ts'
import { follow } from './follow-signal.ts'
import { readRetryAfter, sleep, waits } from './retry-wait.ts'
import {
  answerError,
  beginning,
  connectionError,
  isHopeless,
  type Reply,
  statusError,
  timeoutError,
} from './server-errors.ts'
import type { Headers, TransportOptions } from './server-options.ts'
import { type ServerUrl, shownUrl } from './server-url.ts'

const MAX_ANSWER = 256e6
const MAX_REDIRECTS = 5

/** One request; without a body it is a GET. */
export interface Request {
  readonly url: URL
  /** JSON. */
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** An answer of status 200, parsed. */
export interface JsonReply extends Reply {
  readonly json: unknown
}

/** The way to one server. */
export class Transport {
  readonly concurrency: number
  readonly #where: string
  readonly #options: TransportOptions
  readonly #authorization: string | undefined
  readonly #timeout: number
  readonly #retries: number
  readonly #maxWait: number
  readonly #wait: (attempt: number) => number
  readonly #closing = new AbortController()
  readonly #queue: (() => void)[] = []
  #running = 0
  /** No request before this time, in milliseconds of the clock. */
  #notBefore = 0

  constructor(where: string, { authorization }: ServerUrl, options: TransportOptions) {
    this.#where = where
    this.#options = options
    this.#authorization = authorization
    this.concurrency = options.concurrency ?? 4
    this.#timeout = options.timeout ?? 60_000
    this.#retries = options.retries ?? 5
    this.#maxWait = options.maxWait ?? 60_000
    this.#wait = waits(options.randomState ?? 0, this.#maxWait)
  }

  /**
   * Sends a request until it is answered with 200 and JSON. Rejects with the signal's reason, with a PredictorError for
   * any other status (`statusOf` tells which) or no answer, with a PredictorOutputError for what is not JSON.
   */
  async json(request: Request): Promise<JsonReply> {
    const reply = await this.#whenFree(request.signal, (signal) => this.#persist(request, signal))
    return { ...reply, json: parseJson(reply) }
  }

  close(): void {
    this.#closing.abort(this.closedError())
  }

  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  closedError(): PredictorError {
    return new PredictorError({
      where: this.#where,
      got: 'a call after close()',
      expected: 'an open predictor',
      remedy: 'Connect to the server again.',
    })
  }

  /** Runs a task in one of the `concurrency` places, under a signal that the caller's and `close` abort. */
  async #whenFree<Value>(
    outer: AbortSignal | undefined,
    task: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const either = new AbortController()
    const unlink = [outer, this.#closing.signal].map((signal) => follow(signal, either))
    try {
      await this.#enter(either.signal)
      try {
        return await task(either.signal)
      } finally {
        this.#running--
        this.#queue.shift()?.()
      }
    } finally {
      for (const undo of unlink) undo()
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#running < this.concurrency) {
      this.#running++
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave)
        this.#running++
        resolve()
      }
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(go), 1)
        reject(signal.reason)
      }
      this.#queue.push(go)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  async #persist(request: Request, signal: AbortSignal): Promise<Reply> {
    for (let attempt = 0; ; attempt++) {
      const held = this.#notBefore - Date.now()
      if (held > 0) await sleep(held, signal)
      const result = await this.#tryOnce(request, signal)
      if ('status' in result && result.status === 200) return result
      const error = this.#errorOf(request, result, attempt + 1)
      if (!isWorthAnotherTry(result) || attempt >= this.#retries) throw error
      const asked = 'status' in result ? readRetryAfter(result.retryAfter, Date.now()) : undefined
      if (asked !== undefined && asked > this.#maxWait) throw error
      if (asked !== undefined) this.#notBefore = Math.max(this.#notBefore, Date.now() + asked)
      else await sleep(this.#wait(attempt), signal)
    }
  }

  #errorOf(request: Request, result: Outcome, tries: number): PredictorError {
    if ('status' in result) return new HttpStatusError(result, tries)
    const from = shownUrl(request.url)
    return result.timedOut
      ? timeoutError(from, this.#timeout, tries)
      : connectionError(from, result.cause, tries)
  }

  /** One try: an answer of any status, or why there is none. Rejects only where the caller aborts or the answer is hostile. */
  async #tryOnce({ url, body }: Request, outer: AbortSignal): Promise<Outcome> {
    const headers = await this.#headers(body !== undefined)
    const limit = new AbortController()
    const unlink = follow(outer, limit)
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      limit.abort()
    }, this.#timeout)
    try {
      return await this.#fetch(url, headers, body, limit.signal, MAX_REDIRECTS)
    } catch (cause) {
      outer.throwIfAborted()
      if (cause instanceof PredictorError) throw cause
      return { cause, timedOut }
    } finally {
      clearTimeout(timer)
      unlink()
    }
  }

  async #fetch(
    url: URL,
    headers: Headers,
    body: string | undefined,
    signal: AbortSignal,
    redirects: number,
  ): Promise<Reply> {
    const method = body === undefined ? 'GET' : 'POST'
    const init: RequestInit = { method, headers, signal, redirect: 'manual' }
    if (body !== undefined) init.body = body
    const response = await fetch(url, init)
    const from = shownUrl(url)
    const location = response.headers.get('location')
    const text = await readText(response, from)
    if (location !== null && response.status >= 300 && response.status < 400) {
      const target = new URL(location, url)
      const again = body === undefined || response.status === 307 || response.status === 308
      if (target.origin === url.origin && again && redirects > 0) {
        return this.#fetch(target, headers, body, signal, redirects - 1)
      }
      throw redirectError(from, response.status, target)
    }
    if (response.type === 'opaqueredirect') throw redirectError(from, 300, undefined)
    return {
      status: response.status,
      from,
      text,
      shown: withoutSecrets(text, headers),
      contentType: response.headers.get('content-type') ?? '',
      location,
      retryAfter: response.headers.get('retry-after'),
    }
  }

  async #headers(hasBody: boolean): Promise<Headers> {
    const { headers } = this.#options
    const own = typeof headers === 'function' ? await headers() : (headers ?? {})
    const all: Record<string, string> = { accept: 'application/json' }
    if (hasBody) all['content-type'] = 'application/json'
    if (this.#authorization !== undefined) all.authorization = this.#authorization
    for (const [name, value] of Object.entries(own)) {
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
        throw new OptionError({
          where: `${this.#where}, options.headers`,
          got: `a header ${JSON.stringify(name)} that HTTP does not allow`,
          expected: 'a name of letters and dashes, and a value on one line in Latin-1',
          remedy: 'Check the header for a line break at its end.',
        })
      }
      all[name.toLowerCase()] = value
    }
    return all
  }
}

type Outcome = Reply | { readonly cause: unknown; readonly timedOut: boolean }

/** An answer of another status than 200, kept so that protocols can look at it. */
class HttpStatusError extends PredictorError {
  readonly status: number
  constructor(reply: Reply, tries: number) {
    const { where, got, expected, remedy } = statusError(reply, tries)
    super({ where, got, expected, remedy })
    this.status = reply.status
  }
}

/** The status of an answer that became this error; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof HttpStatusError ? error.status : undefined
}

function isWorthAnotherTry(result: Outcome): boolean {
  if (!('status' in result)) return result.timedOut || !isHopeless(result.cause)
  const { status } = result
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501)
}

async function readText(response: Response, from: string): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return response.text()
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.length
    parts.push(decoder.decode(value, { stream: true }))
    if (bytes <= MAX_ANSWER) continue
    await reader.cancel()
    throw answerError(
      { from, status: response.status, shown: beginning(parts[0] ?? '') },
      `an answer of over ${MAX_ANSWER / 1e6} MB`,
      'outputs for one request',
      'Check the address, or ask for fewer instances at once with the option batchSize.',
    )
  }
  parts.push(decoder.decode())
  return parts.join('')
}

function redirectError(from: string, status: number, target: URL | undefined): PredictorError {
  return new PredictorError({
    where: from,
    got: `status ${status}, a redirect to ${target === undefined ? 'another address' : shownUrl(target)}`,
    expected: 'an answer from this address',
    remedy:
      'It was not followed, so that no credentials reach another host. Give the address that it leads to, if you trust it.',
  })
}

/** The beginning of an answer for errors, without values of headers that it echoes. */
function withoutSecrets(text: string, headers: Headers): string {
  let clean = text.slice(0, 4000)
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'accept' || name === 'content-type') continue
    for (const secret of [value, ...value.split(/\s+/)]) {
      if (secret.length >= 6) clean = clean.replaceAll(secret, '•••')
    }
  }
  return beginning(clean)
}

/** JSON, and what Python writes for it: NaN and Infinity, read as null. */
function parseJson(reply: Reply): unknown {
  try {
    return JSON.parse(reply.text)
  } catch {
    try {
      return JSON.parse(reply.text.replace(/(?<=[[,:]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g, 'null'))
    } catch {
      const html = /^\s*</.test(reply.text) || reply.contentType.includes('html')
      throw answerError(
        reply,
        html ? 'a web page' : 'an answer that is no JSON',
        'JSON',
        html
          ? 'The address leads to a web page (a login, a proxy, an overview): give the address of the model itself.'
          : 'Check that the server speaks this protocol at this address.',
      )
    }
  }
}
