/**
 * Flags for model servers: headers, whose secrets come from the environment, and JSON.
 */
import { InvalidArgumentError } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { Headers, Json } from '../models/http.ts'
import type { CommandContext } from './context.ts'

/** A value of JSON. */
export function jsonValue(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new InvalidArgumentError('Expected JSON, such as \'{"inputs": "{{batch}}"}\'.')
  }
}

/**
 * Headers from lines `name: value`, with `$NAME` and `${NAME}` replaced from the environment, and the key in
 * `SODALIME_API_KEY`, where it is set, as a bearer token. Errors never show a value.
 */
export function serverHeaders(lines: readonly string[], env: CommandContext['env']): Headers {
  const headers: Record<string, string> = {}
  const key = env.SODALIME_API_KEY ?? ''
  if (key !== '') headers.authorization = `Bearer ${key}`
  for (const line of lines) {
    const at = line.indexOf(':')
    if (at < 1) {
      throw new OptionError({
        where: '--http-header',
        got: 'a line without a name and a colon',
        expected: "'name: value'",
        remedy: "For example --http-header 'authorization: Bearer $TOKEN'.",
      })
    }
    headers[line.slice(0, at).trim().toLowerCase()] = withVariables(line.slice(at + 1).trim(), env)
  }
  return headers
}

function withVariables(text: string, env: CommandContext['env']): string {
  return text.replace(/\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g, (_, braced: string, plain: string) => {
    const name = braced ?? plain
    const value = env[name]
    if (value !== undefined) return value
    throw new OptionError({
      where: '--http-header',
      got: `$${name}, which the environment does not hold`,
      expected: 'a variable that is set',
      remedy: `Set it: export ${name}=…`,
    })
  })
}
