/**
 * Long work answered as server-sent events.
 *
 * 1. The client's pace rules: an event is written when the client takes it. Of `progress` and `partial` only the newest
 *    waits, so that a slow client costs no memory and misses nothing that still matters; all other events are kept.
 * 2. A client that goes away stops the work.
 * 3. A comment every ten seconds keeps proxies from closing the connection, and finds clients that went silently.
 */

/** An event, told apart by its type. */
export interface StreamEvent {
  readonly type: string
}

/** Does the work; the response ends when it has ended. */
export type StreamWork<Event extends StreamEvent> = (
  signal: AbortSignal,
  emit: (event: Event) => void,
) => Promise<void>

const NEWEST_ONLY = ['progress', 'partial', 'waiting']
const BREATH = 10_000

/** The response. `closing` aborts when the server closes. */
export function eventStream<Event extends StreamEvent>(
  closing: AbortSignal,
  work: StreamWork<Event>,
): Response {
  const stop = new AbortController()
  const signal = AbortSignal.any([closing, stop.signal])
  const encoder = new TextEncoder()
  const waiting: (Event | undefined)[] = []
  let over = false
  let wake = () => {}
  const emit = (event: Event) => {
    if (NEWEST_ONLY.includes(event.type)) {
      const before = waiting.findIndex((one) => one?.type === event.type)
      if (before >= 0) waiting.splice(before, 1)
    }
    waiting.push(event)
    wake()
  }
  const breathing = setInterval(() => {
    if (waiting.length === 0) waiting.push(undefined)
    wake()
  }, BREATH)
  const end = () => {
    over = true
    clearInterval(breathing)
    wake()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start() {
        work(signal, emit).finally(end)
      },
      async pull(controller) {
        while (waiting.length === 0 && !over) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        if (waiting.length === 0) {
          controller.close()
          return
        }
        const event = waiting.shift()
        const text = event === undefined ? ': \n\n' : `data: ${JSON.stringify(event)}\n\n`
        controller.enqueue(encoder.encode(text))
      },
      cancel() {
        stop.abort(new Error('the client has gone'))
        waiting.length = 0
        end()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  })
}
