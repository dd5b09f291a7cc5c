import { describe, expect, it } from 'vitest'
import { jsonValue, serverHeaders } from '../../src/cli/server-flags.ts'

describe('headers for a server', () => {
  it('take variables from the environment', () => {
    const env = { TOKEN: 'abc', USER_NAME: 'anna' }
    const lines = [
      'Authorization: Bearer $TOKEN',
      ['x-user:$', '{USER_NAME}!'].join(''),
      'x-price: 5 $',
    ]
    expect(serverHeaders(lines, env)).toEqual({
      authorization: 'Bearer abc',
      'x-user': 'anna!',
      'x-price': '5 $',
    })
  })

  it('hold the key of SODALIME_API_KEY, unless a flag says otherwise', () => {
    const env = { SODALIME_API_KEY: 'key' }
    expect(serverHeaders([], env)).toEqual({ authorization: 'Bearer key' })
    expect(serverHeaders(['authorization: Basic x'], env)).toEqual({ authorization: 'Basic x' })
    expect(serverHeaders([], {})).toEqual({})
  })

  it('refuse lines without a colon and variables that are not set, and show no value', () => {
    expect(() => serverHeaders(['secret'], {})).toThrow(/^(?!.*secret).*without a name and a colon/)
    expect(() => serverHeaders(['a: $NOT_SET'], {})).toThrow(/export NOT_SET=…/)
  })
})

describe('a flag of JSON', () => {
  it('is parsed, or refused with an example', () => {
    expect(jsonValue('{"a": ["{{batch}}"]}')).toEqual({ a: ['{{batch}}'] })
    expect(() => jsonValue('{a}')).toThrow(/Expected JSON, such as/)
  })
})
