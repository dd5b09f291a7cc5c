import { afterEach, describe, expect, it } from 'vitest'
import type { PredictorError } from '../../../src/contract/index.ts'
import { waits } from '../../../src/models/http/retry-wait.ts'
import { connectJson, type JsonOptions, type ServerPredictor } from '../../../src/models/http.ts'
import {
  type Answer,
  breakOff,
  drip,
  hang,
  probabilities,
  reset,
  type Seen,
  serve,
  type TestServer,
} from './test-server.ts'

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** A server that answers by `fault` where that gives something, and rightly otherwise; and a predictor over it. */
async function connect(
  fault: (request: Seen) => Answer | undefined,
  options: JsonOptions = {},
): Promise<{ server: TestServer; model: ServerPredictor }> {
  const server = await serve((request) => fault(request) ?? right(request))
  const model = await connectJson(server.url, { maxWait: 5, ...options })
  opened.push(server, model)
  return { server, model }
}

function right({ body }: Seen): Answer {
  const { inputs } = body as { inputs: number[][] }
  return { json: { outputs: inputs.map(probabilities) } }
}

async function failure(model: ServerPredictor, rows: number[][] = [[1]]): Promise<PredictorError> {
  return model.predict(rows).then(
    () => {
      throw new Error('it answered')
    },
    (error: PredictorError) => error,
  )
}

const rowsOf = (n: number): number[][] => Array.from({ length: n }, (_, i) => [i / n])

describe('a request to a server', () => {
  it.each([
    ['500', { status: 500, text: 'oops' }],
    ['503', { status: 503, text: 'loading' }],
    ['429', { status: 429, text: 'slower' }],
    ['408', { status: 408, text: '' }],
    ['a broken connection', reset],
    ['an answer that breaks off', breakOff],
  ] as [string, Answer][])('is sent again after %s, twice if need be', async (_name, fault) => {
    const { server, model } = await connect(({ index }) => (index < 2 ? fault : undefined))
    expect((await model.predict([[0]])).data).toEqual(Float64Array.of(0.5, 0.5))
    expect(server.seen.length).toBe(3)
  })

  it('is sent again after a hang and after an answer that only drips', async () => {
    const faults = [hang, drip]
    const { server, model } = await connect(({ index }) => faults[index], { timeout: 150 })
    expect((await model.predict([[0]])).rows).toBe(1)
    expect(server.seen.length).toBe(3)
  })

  it('waits as long as Retry-After says, and holds back other requests too', async () => {
    const times: number[] = []
    const { model } = await connect(
      ({ index }) => {
        times.push(performance.now())
        return index === 0 ? { status: 429, text: '', headers: { 'retry-after': '1' } } : undefined
      },
      { maxWait: 5000, concurrency: 1 },
    )
    await Promise.all([model.predict([[0]]), model.predict([[1]])])
    expect(times.length).toBe(3)
    // Timers may fire a millisecond early.
    expect(times[1]! - times[0]!).toBeGreaterThan(950)
  })

  it('is given up where Retry-After asks for more than maxWait', async () => {
    const { server, model } = await connect(() => ({
      status: 429,
      text: 'quota',
      headers: { 'retry-after': '3600' },
    }))
    expect((await failure(model)).message).toMatch(/status 429: quota/)
    expect(server.seen.length).toBe(1)
  })

  it('is given up after so many retries, and says how many tries there were', async () => {
    const { server, model } = await connect(() => ({ status: 502, text: 'bad gateway' }), {
      retries: 2,
    })
    const error = await failure(model)
    expect(error).toMatchObject({ code: 'predictor', where: `${server.url}/` })
    expect(error.message).toMatch(/status 502 after 3 tries: bad gateway/)
    expect(server.seen.length).toBe(3)
  })

  it('that hangs is told with its time', async () => {
    const { model } = await connect(() => hang, { timeout: 60, retries: 1 })
    expect((await failure(model)).message).toMatch(
      /no whole answer within 0\.06 seconds, 2 times.*option timeout/,
    )
  })

  it.each([400, 401, 403, 404, 422, 501])('is not sent again after %i', async (status) => {
    const { server, model } = await connect(() => ({ status, text: 'no' }))
    expect((await failure(model)).message).toContain(`status ${status}: no`)
    expect(server.seen.length).toBe(1)
  })

  it('names the first and the last 200 characters of what the server said, on one line', async () => {
    const text = `a\nb ${'x'.repeat(500)} the end`
    const { model } = await connect(() => ({ status: 400, text }))
    const { got } = await failure(model)
    expect(got).toBe(`status 400: a b ${'x'.repeat(196)}… ${'x'.repeat(192)} the end`)
  })

  it('answered by a web page says so', async () => {
    const text = '<!DOCTYPE html><html><body>Please log in</body></html>'
    const { model } = await connect(() => ({ text, headers: { 'content-type': 'text/html' } }))
    const error = await failure(model)
    expect(error.code).toBe('predictor-output')
    expect(error.message).toMatch(/got a web page .*Please log in.*address of the model itself/)
  })

  it('answered by something else than JSON says so', async () => {
    const { model } = await connect(() => ({ text: 'OK' }))
    expect((await failure(model)).message).toMatch(/an answer that is no JSON \(status 200: OK\)/)
  })

  it('to a port where nothing listens says so', async () => {
    const { server, model } = await connect(() => undefined, { retries: 1 })
    await server.close()
    expect((await failure(model)).message).toMatch(
      /no answer after 2 tries \(ECONNREFUSED\).*Check that the server runs/,
    )
  })

  it('by https to a server of http is not repeated, and blames the encryption', async () => {
    const { server } = await connect(() => undefined)
    const model = await connectJson(server.url.replace('http:', 'https:'))
    opened.push(model)
    expect((await failure(model)).message).toMatch(
      /expected an answer\. The certificate or the enc/,
    )
  })

  it('follows redirects within its origin, and none to another', async () => {
    const other = await serve(right)
    opened.push(other)
    const { model, server } = await connect(
      ({ path }) =>
        path === '/old'
          ? { status: 307, text: '', headers: { location: '/new' } }
          : path === '/away'
            ? { status: 307, text: '', headers: { location: `${other.url}/new?key=secret` } }
            : undefined,
      { headers: { authorization: 'Bearer abcdefgh' } },
    )
    const old = await connectJson(`${server.url}/old`)
    expect((await old.predict([[0]])).rows).toBe(1)
    const away = await connectJson(`${server.url}/away`, {
      headers: { authorization: 'Bearer abcdefgh' },
    })
    const error = await failure(away)
    expect(error.message).toContain(`a redirect to ${other.url}/new?…`)
    expect(error.message).toMatch(/not followed/)
    expect(other.seen).toEqual([])
    await model.predict([[1]])
    expect(server.seen.at(-1)!.headers.authorization).toBe('Bearer abcdefgh')
  })

  it('sends credentials of the address as a header, and never shows them', async () => {
    const server = await serve(({ headers }) => ({
      status: 401,
      text: `wrong: ${headers.authorization} and ${headers['x-key']}`,
    }))
    const address = new URL(server.url)
    address.username = 'anna'
    address.password = 'p@ss word'
    const model = await connectJson(`${address.href}path?token=topsecret`, {
      headers: { 'X-Key': 'key-123456' },
    })
    opened.push(server, model)
    const error = await failure(model)
    const encoded = Buffer.from('anna:p@ss word').toString('base64')
    expect(server.seen[0]!.headers.authorization).toBe(`Basic ${encoded}`)
    expect(server.seen[0]!.path).toBe('/path?token=topsecret')
    for (const secret of [encoded, 'anna', 'p@ss', 'topsecret', 'key-123456']) {
      expect(error.message).not.toContain(secret)
    }
    expect(error.message).toContain('wrong: •••')
    expect(error.message).toMatch(/option headers/)
  })

  it('asks for headers anew each time where they are a function', async () => {
    let count = 0
    const { server, model } = await connect(() => undefined, {
      headers: async () => ({ authorization: `Bearer ${++count}` }),
    })
    await model.predict([[1]])
    await model.predict([[1]])
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer 1',
      'Bearer 2',
    ])
  })

  it('refuses a header with a line break without showing it', async () => {
    const { model } = await connect(() => undefined, { headers: { 'x-key': 'secret\n' } })
    const error = await failure(model)
    expect(error).toMatchObject({ code: 'option' })
    expect(error.message).not.toContain('secret')
  })

  it('stops at once when aborted, while it waits for an answer or for another try', async () => {
    for (const fault of [hang, { status: 503, text: '' }] as Answer[]) {
      const { server, model } = await connect(() => fault, { maxWait: 1e6, retries: 100 })
      const controller = new AbortController()
      const reason = new Error('enough')
      const running = model.predict([[1]], { signal: controller.signal })
      while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      controller.abort(reason)
      await expect(running).rejects.toBe(reason)
    }
  })

  it('listens to a signal once, however many requests there are', async () => {
    const { model } = await connect(() => undefined, { batchSize: 1, concurrency: 30 })
    const { signal } = new AbortController()
    const warnings: string[] = []
    const onWarning = ({ name }: Error): number => warnings.push(name)
    process.on('warning', onWarning)
    await model.predict(rowsOf(60), { signal })
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  it('is ended by close', async () => {
    const { server, model } = await connect(() => hang)
    const running = model.predict([[1]])
    const rejected = expect(running).rejects.toThrow(/after close/)
    while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await model.close()
    await rejected
  })
})

describe('a batch for a server', () => {
  it('is split by instances, never more than `concurrency` at once, and put together in order', async () => {
    const server = await serve(async (request) => {
      await new Promise((resolve) => setTimeout(resolve, (request.index * 7) % 20))
      return right(request)
    })
    const model = await connectJson(server.url, { batchSize: 10, concurrency: 3 })
    opened.push(server, model)
    const rows = rowsOf(95)
    const { data } = await model.predict(rows)
    expect([...data]).toEqual(rows.flatMap(probabilities))
    expect(server.seen.length).toBe(10)
    expect(server.mostAtOnce()).toBeLessThanOrEqual(3)
    expect(server.mostAtOnce()).toBeGreaterThan(1)
  })

  it('is split by bytes', async () => {
    const { server, model } = await connect(() => undefined, { maxBytes: 1000 })
    const rows = Array.from({ length: 300 }, (_, i) => [i < 200 ? 0 : 0.123456789 + i])
    const { data } = await model.predict(rows)
    expect([...data]).toEqual(rows.flatMap(probabilities))
    expect(Math.max(...server.seen.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1000)
  })

  it('is halved where the server answers 413, and sent smaller from then on', async () => {
    const { server, model } = await connect(({ bytes }) =>
      bytes > 400 ? { status: 413, text: 'too large' } : undefined,
    )
    const rows = rowsOf(100)
    expect([...(await model.predict(rows)).data]).toEqual(rows.flatMap(probabilities))
    const refused = server.seen.filter(({ bytes }) => bytes > 400).length
    await model.predict(rows)
    expect(server.seen.filter(({ bytes }) => bytes > 400).length).toBe(refused)
  })

  it('of one instance that is too large is refused with the reason', async () => {
    const { model } = await connect(() => ({ status: 413, text: 'limit is 1 kB' }))
    expect((await failure(model)).message).toMatch(/status 413: limit is 1 kB.*One instance alone/)
  })

  it('costs nothing already answered where a part of it fails for a while', async () => {
    const { server, model } = await connect(
      ({ index }) => (index === 3 || index === 4 ? { status: 500, text: '' } : undefined),
      { batchSize: 10, concurrency: 1 },
    )
    await model.predict(rowsOf(100))
    expect(server.seen.length).toBe(12)
    const answered = server.seen.filter(({ index }) => index !== 3 && index !== 4)
    expect(new Set(answered.map(({ body }) => JSON.stringify(body))).size).toBe(10)
  })

  it('that failed asks for the missing part only when it is asked again', async () => {
    let down = false
    const { server, model } = await connect(
      ({ index }) => {
        if (index === 6) down = true
        return down ? { status: 503, text: 'down' } : undefined
      },
      { batchSize: 10, concurrency: 1, retries: 2 },
    )
    const rows = rowsOf(100)
    expect((await failure(model, rows)).message).toMatch(/status 503 after 3 tries: down/)
    expect(server.seen.length).toBe(6 + 3)
    down = false
    expect([...(await model.predict(rows)).data]).toEqual(rows.flatMap(probabilities))
    expect(server.seen.length).toBe(9 + 4)
    await model.predict(rows)
    expect(server.seen.length).toBe(13 + 10)
  })

  it('is sent once for ever with the option remember', async () => {
    const { server, model } = await connect(() => undefined, { remember: 1e6 })
    const first = await model.predict(rowsOf(10))
    first.data.fill(7)
    expect((await model.predict(rowsOf(10))).data[0]).toBe(0.5)
    expect(server.seen.length).toBe(1)
  })

  it.each([
    [
      'too few rows',
      { outputs: [[0.5, 0.5]] },
      /got 1 outputs .*expected 2, one for each instance/,
    ],
    ['rows of several lengths', { outputs: [[1, 2], [1]] }, /1 outputs for instance 1, 2 for the/],
    [
      'NaN',
      {
        outputs: [
          [0.5, null],
          [1, 2],
        ],
      },
      /NaN for instance 0/,
    ],
    [
      'texts among numbers',
      {
        outputs: [
          [0.5, 'x'],
          [1, 2],
        ],
      },
      /"x" for instance 0/,
    ],
    ['no list', { error: 'no such model' }, /no single list .*no such model/],
  ])('answered with %s is refused', async (_name, json, message) => {
    const { model } = await connect(() => ({ json }))
    const error = await failure(model, [[1], [2]])
    expect(error.code).toBe('predictor-output')
    expect(error.message).toMatch(message)
  })

  it('reads NaN and Infinity as Python writes them, and refuses them with the instance', async () => {
    const { model } = await connect(() => ({ text: '{"outputs": [[0.5, NaN], [Infinity, 1]]}' }))
    expect((await failure(model, [[1], [2]])).message).toMatch(/got NaN for instance 0/)
  })
})

describe('the waits before another try', () => {
  it('lie between 0 and 250 ms · 2^k, at most maxWait, and repeat with their seed', () => {
    const wait = waits(1, 2000)
    const again = waits(1, 2000)
    const other = waits(2, 2000)
    const all = Array.from({ length: 200 }, (_, k) => wait(k % 6))
    expect(all).toEqual(Array.from({ length: 200 }, (_, k) => again(k % 6)))
    expect(all).not.toEqual(Array.from({ length: 200 }, (_, k) => other(k % 6)))
    all.forEach((milliseconds, k) => {
      expect(milliseconds).toBeGreaterThanOrEqual(0)
      expect(milliseconds).toBeLessThan(Math.min(2000, 250 * 2 ** (k % 6)))
    })
    // Mean of 33 uniform draws scaled by 2000 is 1000 ± 100 (standard error).
    const last = all.filter((_, k) => k % 6 === 5)
    expect(last.reduce((sum, x) => sum + x, 0) / last.length / 1000).toBeCloseTo(1, 0)
  })
})

describe('connectJson', () => {
  it.each([
    ['not an address', 'nowhere', /no address/],
    ['a file', 'file:///etc/passwd', /an address of file:/],
  ])('refuses %s', async (_name, url, message) => {
    await expect(connectJson(url)).rejects.toThrow(message)
  })

  it('shows no password of an address that it refuses', async () => {
    const error = await connectJson('ftp://anna:secret@host/').catch((reason: Error) => reason)
    expect((error as Error).message).not.toMatch(/anna|secret/)
  })

  it.each([
    [{ timeOut: 3 }, /Did you mean timeout/],
    [{ concurrency: 0 }, /options\.concurrency: got 0, expected an integer from 1/],
    [{ request: { a: 1 } }, /no place for the instances/],
    [{ request: ['{{batch}}', '{{instance}}'] }, /both/],
    [{ task: 'clasification' }, /Did you mean classification/],
  ])('refuses the options %j', async (options, message) => {
    await expect(connectJson('http://127.0.0.1:9', options as JsonOptions)).rejects.toThrow(message)
  })
})
