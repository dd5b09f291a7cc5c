/**
 * The work done in a worker of the page itself: for sites that `sodalime studio --static` wrote.
 */
import type { ManyEvent, RunEvent } from 'sodalime/workbench'
import type { FromWorker, Method, ToWorker } from '../worker/protocol.ts'
import { type Backend, BackendError } from './backend.ts'

interface Waiting {
  readonly onEvent: (event: never) => void
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
}

/** Starts the worker. Rejects where the site's files cannot be read. */
export async function localBackend(): Promise<Backend> {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' })
  const waiting = new Map<number, Waiting>()
  let changed = () => {}
  let count = 0
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if ('changed' in data) return changed()
    const one = waiting.get(data.id)
    if (one === undefined) return undefined
    if ('event' in data) return one.onEvent(data.event as never)
    waiting.delete(data.id)
    if ('failure' in data) return one.reject(new BackendError(data.failure))
    return one.resolve(data.answer as never)
  }
  worker.onerror = ({ message }) => {
    const error = new BackendError({
      name: 'Error',
      message: `The page’s worker has failed: ${message || 'it could not be loaded'}`,
      remedy:
        'Load the page again. From a folder on disk browsers start none: serve it by any file server.',
    })
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
  }
  const send = (message: ToWorker) => worker.postMessage(message)
  const call = <Answer>(
    method: Method,
    body: unknown,
    signal?: AbortSignal,
    onEvent: (event: never) => void = () => {},
  ): Promise<Answer> => {
    const id = count++
    return new Promise<Answer>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      waiting.set(id, { onEvent, resolve: resolve as (answer: never) => void, reject })
      signal?.addEventListener('abort', () => {
        waiting.delete(id)
        send({ id, abort: true })
        reject(signal.reason)
      })
      return send({ id, call: method, body })
    })
  }
  await call('begin', new URL('.', location.href).href)
  return {
    catalogue: () => call('catalogue', {}),
    watch(listener) {
      changed = () => listener('changed')
      listener('up')
    },
    instances: (body) => call('instances', body),
    explain: (body, signal, onEvent: (event: RunEvent) => void) =>
      call('explain', body, signal, onEvent),
    whatIf: (body, signal) => call('whatIf', body, signal),
    many: (body, signal, onEvent: (event: ManyEvent) => void) =>
      call('many', body, signal, onEvent),
    drop: (file, batch) => call('drop', { file, batch }),
  }
}
