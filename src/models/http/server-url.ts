/**
 * The address of a server: checked, without the credentials that may stand in it, and as it may be shown.
 */
import { OptionError } from '../../contract/index.ts'

/** Where requests go. */
export interface ServerUrl {
  /** The address without user, password and fragment. */
  readonly url: URL
  /** The value of the Authorization header that user and password make. */
  readonly authorization: string | undefined
}

/** Reads an http or https address. Throws an OptionError that shows no credentials. */
export function readServerUrl(where: string, address: string | URL): ServerUrl {
  let url: URL | undefined
  try {
    url = new URL(String(address))
  } catch {
    url = undefined
  }
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new OptionError({
      where: `${where}, url`,
      got: url === undefined ? 'no address' : `an address of ${url.protocol}`,
      expected: 'an address such as http://localhost:8080',
      remedy: 'Begin it with http:// or https://.',
    })
  }
  const user = decodeURIComponent(url.username)
  const password = decodeURIComponent(url.password)
  url.username = ''
  url.password = ''
  url.hash = ''
  const authorization =
    user === '' && password === '' ? undefined : `Basic ${base64(`${user}:${password}`)}`
  return { url, authorization }
}

/** The address as errors show it: without user, password and the values of its query. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`
}

/** `url` with `path` behind its own path, the query kept. */
export function below(url: URL, path: string): URL {
  const longer = new URL(url)
  longer.pathname = url.pathname.replace(/\/+$/, '') + path
  return longer
}

/** `url` with another path, the query kept. */
export function withPath(url: URL, path: string): URL {
  const other = new URL(url)
  other.pathname = path
  return other
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
