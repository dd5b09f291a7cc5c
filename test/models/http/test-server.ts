/**
 * A server for tests on a port of its own of this machine: it keeps every request, and answers as it is told.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it came. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
  readonly bytes: number
  /** How many requests came before. */
  readonly index: number
}

/** An answer: JSON with a status, or what is done with the response itself. */
export type Answer =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Record<string, string> }
  | { readonly status?: number; readonly text: string; readonly headers?: Record<string, string> }
  | ((request: IncomingMessage, response: ServerResponse) => void)

/** A running server. */
export interface TestServer {
  readonly url: string
  readonly seen: readonly Seen[]
  /** The largest number of requests that were open at the same time. */
  readonly mostAtOnce: () => number
  readonly close: () => Promise<void>
}

/** Starts a server that answers by `answer`. */
export async function serve(
  answer: (request: Seen) => Answer | Promise<Answer>,
): Promise<TestServer> {
  const seen: Seen[] = []
  let open = 0
  let most = 0
  const server = createServer(async (request, response) => {
    open++
    most = Math.max(most, open)
    response.on('close', () => {
      open--
    })
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const text = Buffer.concat(chunks).toString()
    const one: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      bytes: Buffer.byteLength(text),
      index: seen.length,
    }
    seen.push(one)
    const said = await answer(one)
    if (typeof said === 'function') said(request, response)
    else {
      const json = 'json' in said
      response.writeHead(said.status ?? 200, {
        'content-type': json ? 'application/json' : 'text/plain',
        ...said.headers,
      })
      response.end(json ? JSON.stringify(said.json) : said.text)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    mostAtOnce: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Never answers. */
export const hang: Answer = () => {}

/** Breaks the connection. */
export const reset: Answer = (request) => {
  request.socket.destroy()
}

/** Begins an answer and breaks the connection in the middle of it. */
export const breakOff: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"outputs": [[0.')
  setTimeout(() => response.destroy(), 20)
}

/** Sends a few characters now and then, and never ends. */
export const drip: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}

/** [1 − p, p] with p = 1 / (1 + exp(−Σ x)): the model of these tests. */
export function probabilities(row: readonly number[]): [number, number] {
  const p = 1 / (1 + Math.exp(-row.reduce((sum, x) => sum + x, 0)))
  return [1 - p, p]
}
