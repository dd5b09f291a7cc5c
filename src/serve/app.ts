/**
 * The studio's server: the page, and the workbench behind it as JSON and server-sent events.
 *
 * | request              | answer                                                          |
 * | -------------------- | --------------------------------------------------------------- |
 * | GET /, /assets/…     | the page                                                        |
 * | GET /api/catalogue   | models, data, demonstrations, limits                            |
 * | GET /api/events      | events: `hello`, and `catalogue` whenever that has changed      |
 * | POST /api/instances  | previews of instances                                           |
 * | POST /api/explain    | events of an explanation; closing the connection stops it       |
 * | POST /api/what-if    | the model's answer to a changed instance                        |
 * | POST /api/many       | events of a run over many instances                             |
 * | POST /api/files      | takes a dropped file                                            |
 * | DELETE /api/files/…  | forgets it                                                      |
 */
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { SodalimeError } from '../contract/errors.ts'
import {
  checkInstancesRequest,
  checkManyRequest,
  checkSetup,
  checkWhatIfRequest,
  failureOf,
  type Workbench,
} from '../workbench/index.ts'
import { type ClientFile, contentSecurityPolicy } from './client-files.ts'
import { eventStream } from './event-stream.ts'
import { type GuardOptions, judge } from './guard.ts'
import type { Uploads } from './uploads.ts'

/** What the app serves. */
export interface AppParts {
  readonly workbench: Workbench
  readonly uploads: Uploads
  readonly client: ReadonlyMap<string, ClientFile>
  readonly guard: GuardOptions
  /** Aborts when the server closes. */
  readonly closing: AbortSignal
  /** Calls back at each change of the catalogue; gives the function that ends that. */
  readonly onChange: (listener: () => void) => () => void
}

/** Bytes of a request that is JSON: a text of two million characters fits. */
const MOST_JSON = 16_000_000

/** Long streams of one server at once. */
const MOST_STREAMS = 200

/** The app. */
export function studioApp(parts: AppParts): Hono {
  const { workbench, uploads, client, closing } = parts
  const app = new Hono()
  const server = randomUUID()
  let streams = 0

  app.use(async (c, next) => {
    const verdict = judge(c.req.raw, parts.guard)
    if (!verdict.allowed) {
      const failure = { name: 'Refused', message: verdict.reason }
      return c.json({ failure }, verdict.status, HEADERS)
    }
    if (verdict.setCookie !== undefined) {
      // The token leaves the address, so that it is not copied with it.
      return c.body(null, 303, { ...HEADERS, location: '/', 'set-cookie': verdict.setCookie })
    }
    await next()
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value)
    return undefined
  })

  app.get('/api/catalogue', (c) => c.json({ server, ...workbench.catalogue() }))

  app.get('/api/events', () =>
    stream<{ readonly type: string; readonly server?: string }>((signal, emit) => {
      emit({ type: 'hello', server })
      const stop = parts.onChange(() => emit({ type: 'catalogue' }))
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          stop()
          resolve()
        })
      })
    }),
  )

  app.use('/api/:what{instances|explain|what-if|many}', async (c, next) => {
    // A type that no form can send: other pages would have to ask first, and are refused.
    if (c.req.header('content-type')?.split(';')[0] === 'application/json') return next()
    return c.json({ failure: { name: 'Refused', message: 'Requests are JSON.' } }, 415)
  })
  app.use('/api/:what{instances|explain|what-if|many}', bodyLimit({ maxSize: MOST_JSON }))

  app.post('/api/instances', async (c) =>
    c.json(await workbench.instances(checkInstancesRequest(await c.req.json()))),
  )

  app.post('/api/explain', async (c) => {
    const setup = checkSetup(await c.req.json())
    return stream((signal, emit) => workbench.explain(setup, signal, emit))
  })

  app.post('/api/what-if', async (c) => {
    const request = checkWhatIfRequest(await c.req.json())
    return c.json(await workbench.whatIf(request, AbortSignal.any([closing, c.req.raw.signal])))
  })

  app.post('/api/many', async (c) => {
    const request = checkManyRequest(await c.req.json())
    return stream((signal, emit) => workbench.many(request, signal, emit))
  })

  app.post('/api/files', async (c) => {
    const name = (c.req.query('name') ?? 'file').slice(-200)
    const batch = c.req.query('batch')
    const sound = batch === undefined || /^[a-z0-9-]{1,40}$/.test(batch) ? batch : undefined
    return c.json(await uploads.receive(c.req.raw, name, sound))
  })

  app.delete('/api/files/:id{dropped-[a-z0-9-]+}', async (c) => {
    await workbench.remove(c.req.param('id'))
    return c.json({})
  })

  app.get('*', (c) => {
    const path = new URL(c.req.url).pathname
    const file = client.get(path === '/' ? '/index.html' : path)
    if (file === undefined) return c.notFound()
    return c.body(file.bytes, 200, {
      'content-type': file.type,
      'cache-control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    })
  })

  app.notFound((c) =>
    c.json({ failure: { name: 'NotFound', message: 'There is nothing here.' } }, 404),
  )
  app.onError((error, c) => {
    const known = error instanceof SodalimeError || error instanceof SyntaxError
    return c.json({ failure: failureOf(error) }, known ? 422 : 500)
  })
  return app

  function stream<Event extends { readonly type: string }>(
    work: (signal: AbortSignal, emit: (event: Event) => void) => Promise<void>,
  ): Response {
    if (streams >= MOST_STREAMS) {
      const failure = { name: 'Busy', message: `More than ${MOST_STREAMS} requests at once.` }
      return Response.json({ failure }, { status: 503 })
    }
    streams++
    return eventStream<Event>(closing, (signal, emit) =>
      work(signal, emit).finally(() => {
        streams--
      }),
    )
  }
}

const HEADERS: { readonly [name: string]: string } = {
  'content-security-policy': contentSecurityPolicy(false),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}
