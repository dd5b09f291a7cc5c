/** Who may talk to the studio: raw requests, as other pages, other names and other machines would send them. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judge } from '../../src/serve/guard.ts'
import { type Studio, startStudio } from '../../src/serve/start.ts'

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

/** A request with exactly these headers. */
function raw(
  port: number,
  path: string,
  headers: { readonly [name: string]: string },
  method = 'GET',
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, method, headers: { ...headers }, setHost: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

describe('a studio on loopback', () => {
  let studio: Studio
  let host: string

  beforeAll(async () => {
    studio = await startStudio({ port: 0 })
    host = `127.0.0.1:${studio.port}`
  })
  afterAll(() => studio.close())

  it('answers to its own page', async () => {
    const same = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
    expect((await raw(studio.port, '/api/catalogue', same)).status).toBe(200)
    expect((await raw(studio.port, '/', { host })).status).toBe(200)
    expect((await raw(studio.port, '/', { host: `localhost:${studio.port}` })).status).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:4270',
    '192.168.1.7',
    'localhost.evil.example',
    '',
    '[::1',
  ])('does not answer to the name %j, which somebody else’s DNS may point here', async (name) => {
    // What is no name at all is refused before the studio sees it.
    const refused = /^[a-z\d.:]+$/.test(name) ? 421 : 400
    expect((await raw(studio.port, '/api/catalogue', { host: name })).status).toBe(refused)
    expect((await raw(studio.port, '/', { host: name })).status).toBe(refused)
  })

  it.each([
    [{ origin: 'http://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'https://127.0.0.1:1' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('refuses what a page of another origin asks for: %j', async (headers) => {
    const all = { host, ...headers }
    expect((await raw(studio.port, '/api/catalogue', all)).status).toBe(403)
    const json = { ...all, 'content-type': 'application/json', 'content-length': '2' }
    expect((await raw(studio.port, '/api/explain', json, 'POST', '{}')).status).toBe(403)
    const file = { ...all, 'content-length': '1' }
    expect((await raw(studio.port, '/api/files?name=a.csv', file, 'POST', 'a')).status).toBe(403)
  })

  it('may be opened by a link on another page, but nothing else of it', async () => {
    const link = {
      host,
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    }
    expect((await raw(studio.port, '/', link)).status).toBe(200)
    expect((await raw(studio.port, '/api/catalogue', link)).status).toBe(403)
  })

  it('takes no request that a form could send', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { host, 'content-type': type, 'content-length': '2' }
      expect((await raw(studio.port, '/api/explain', headers, 'POST', '{}')).status).toBe(415)
    }
  })

  it.each([
    '/../package.json',
    '/assets/../../../package.json',
    '/%2e%2e/%2e%2e/package.json',
    '/..%2f..%2fpackage.json',
    '/assets/%00',
    '/etc/passwd',
    '//etc/passwd',
    '/api/files/../../package.json',
  ])('has nothing at %s', async (path) => {
    const { status, body } = await raw(studio.port, path, { host })
    expect([404, 400]).toContain(status)
    expect(body).not.toContain('sodalime"')
  })

  it('lets its page run nothing but its own scripts, and be framed by nobody', async () => {
    const { headers } = await raw(studio.port, '/', { host })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  it('refuses a request that is no setup, with the reason', async () => {
    const headers = { host, 'content-type': 'application/json' }
    for (const body of ['{', '[]', '{}', '{"kind":"tabular","model":5}', '{"kind":"hat"}']) {
      const answer = await raw(studio.port, '/api/explain', headers, 'POST', body)
      expect(answer.status).toBe(422)
      expect(JSON.parse(answer.body).failure.message).not.toBe('')
    }
  })
})

describe('a studio with a token', () => {
  const token = 'a-token-of-sorts'
  let studio: Studio
  let host: string

  beforeAll(async () => {
    studio = await startStudio({ port: 0, token })
    host = `127.0.0.1:${studio.port}`
  })
  afterAll(() => studio.close())

  it('wants it of everybody', async () => {
    for (const path of ['/', '/api/catalogue', '/index.html', '/?token=another', '/?token=']) {
      expect((await raw(studio.port, path, { host })).status).toBe(401)
    }
    expect((await raw(studio.port, '/', { host, authorization: 'Bearer wrong' })).status).toBe(401)
  })

  it('takes it once in the address, and keeps it in a cookie that scripts cannot read', async () => {
    expect(studio.url).toContain(`?token=${token}`)
    const first = await raw(studio.port, `/?token=${token}`, { host })
    expect(first.status).toBe(303)
    expect(first.headers.location).toBe('/')
    const cookie = String(first.headers['set-cookie'])
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/)
    const headers = { host, cookie: cookie.split(';')[0]! }
    expect((await raw(studio.port, '/', headers)).status).toBe(200)
    expect((await raw(studio.port, '/api/catalogue', headers)).status).toBe(200)
    const bearer = { host, authorization: `Bearer ${token}` }
    expect((await raw(studio.port, '/api/catalogue', bearer)).status).toBe(200)
  })
})

describe('a studio on other addresses than loopback', () => {
  it('has a token of its own making, and answers to addresses but not to foreign names', async () => {
    const studio = await startStudio({ port: 0, host: '0.0.0.0' })
    try {
      const token = new URL(studio.url).searchParams.get('token')
      expect(token).toMatch(/^[0-9a-f]{36}$/)
      const authorization = `Bearer ${token}`
      const status = async (host: string) =>
        (await raw(studio.port, '/api/catalogue', { host, authorization })).status
      expect(await status('192.168.1.7:4270')).toBe(200)
      expect(await status('[::1]:4270')).toBe(200)
      expect(await status('evil.example')).toBe(421)
      expect((await raw(studio.port, '/api/catalogue', { host: '10.0.0.1' })).status).toBe(401)
    } finally {
      await studio.close()
    }
  })

  it('compares the token without a way to guess it piece by piece', () => {
    const ask = (token: string) =>
      judge(new Request(`http://localhost/?token=${token}`, { headers: { host: 'localhost' } }), {
        host: '127.0.0.1',
        token: 'abcdefgh',
      }).allowed
    expect(ask('abcdefgh')).toBe(true)
    expect(['abcdefg', 'abcdefghi', 'ABCDEFGH', ''].map(ask)).toEqual([false, false, false, false])
  })
})
