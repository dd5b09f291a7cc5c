/**
 * The work done by the studio's server: JSON by POST, long work as server-sent events in the response.
 */
import type { Failure } from 'sodalime/workbench'
import { type Backend, BackendError, type Dropped } from './backend.ts'
import { readEvents } from './read-events.ts'

/** The backend at the page's own address. */
export const serverBackend: Backend = {
  catalogue: async () => (await request('api/catalogue', {})).json(),
  watch(listener) {
    let known: string | undefined
    const listen = () => {
      const source = new EventSource('api/events')
      source.onmessage = ({ data }) => {
        const event = JSON.parse(data) as { readonly type: string; readonly server?: string }
        if (event.type === 'hello') {
          listener('up')
          // Another server than before has another catalogue.
          if (known !== undefined && known !== event.server) listener('changed')
          known = event.server
        }
        if (event.type === 'catalogue') listener('changed')
      }
      source.onerror = () => {
        listener('down')
        source.close()
        setTimeout(listen, 1000)
      }
    }
    listen()
  },
  instances: (body) => post('api/instances', body),
  explain: (body, signal, onEvent) => stream('api/explain', body, signal, onEvent),
  whatIf: (body, signal) => post('api/what-if', body, signal),
  many: (body, signal, onEvent) => stream('api/many', body, signal, onEvent),
  async drop(file, batch) {
    const query = new URLSearchParams({ name: file.name, ...(batch !== undefined && { batch }) })
    const response = await request(`api/files?${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: file,
    })
    return (await response.json()) as Dropped
  },
}

async function post<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  const response = await request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
  return response.json()
}

async function stream<Event>(
  path: string,
  body: unknown,
  signal: AbortSignal,
  onEvent: (event: Event) => void,
): Promise<void> {
  const response = await request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  try {
    await readEvents(response.body!, onEvent)
  } catch (error) {
    signal.throwIfAborted()
    throw disconnected(error)
  }
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (error) {
    init.signal?.throwIfAborted()
    throw disconnected(error)
  }
  if (response.ok) return response
  const answer = (await response.json().catch(() => ({}))) as { readonly failure?: Failure }
  const status = `The server answered with status ${response.status}.`
  throw new BackendError(answer.failure ?? { name: 'Error', message: status })
}

function disconnected(error: unknown): BackendError {
  if (error instanceof BackendError) return error
  return new BackendError({
    name: 'Disconnected',
    message: 'The studio’s server cannot be reached.',
    remedy:
      'It was closed, or the connection to it broke. The page looks for it again every second.',
  })
}
