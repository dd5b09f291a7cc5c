/**
 * Who may talk to the studio's server: this machine, or who knows the token; and no page but its own.
 *
 * 1. Host: only names that cannot be made to point here by somebody else's DNS (rebinding): `localhost`, addresses, this
 *    machine's name, the name given by `--host`.
 * 2. Origin and Sec-Fetch-Site: requests that a page of another origin makes are refused; opening the studio itself by a
 *    link is not.
 * 3. Token, where the server listens on more than loopback or one was asked for: by `?token=…` once, which becomes a
 *    cookie that scripts cannot read, or as a bearer token.
 */
import { timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/** What is asked of a request. */
export interface GuardOptions {
  /** Where the server listens. */
  readonly host: string
  readonly token?: string | undefined
}

/** Why a request is refused, or that it is not. */
export type Verdict =
  | { readonly allowed: true; readonly setCookie?: string }
  | { readonly allowed: false; readonly status: 401 | 403 | 421; readonly reason: string }

/** Whether a host is this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Judges a request by its method, address and headers. */
export function judge(request: Request, { host, token }: GuardOptions): Verdict {
  const { headers } = request
  const named = headers.get('host') ?? ''
  const name = hostName(named)
  if (name === undefined || !isOurs(name, host)) {
    return {
      allowed: false,
      status: 421,
      reason: `The studio does not answer to the name ${JSON.stringify(named.slice(0, 100))}.`,
    }
  }
  const url = new URL(request.url)
  if (isForeign(request, named, url)) {
    return { allowed: false, status: 403, reason: 'The studio answers to its own page only.' }
  }
  if (token === undefined) return { allowed: true }
  const cookie = `sodalime-studio-${portOf(named)}`
  const shown = url.searchParams.get('token')
  if (shown !== null && isSame(shown, token)) {
    return {
      allowed: true,
      setCookie: `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=604800`,
    }
  }
  const carried = [
    cookieCalled(cookie, headers.get('cookie') ?? ''),
    /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1],
  ]
  if (carried.some((one) => one !== undefined && isSame(one, token))) return { allowed: true }
  return {
    allowed: false,
    status: 401,
    reason: 'The studio wants its token: open the address that it printed when it started.',
  }
}

/** The name in a Host header without its port; undefined for what is none. */
function hostName(header: string): string | undefined {
  const found = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header)
  return (found?.[1] ?? found?.[2])?.toLowerCase()
}

function portOf(header: string): string {
  return /:(\d+)$/.exec(header)?.[1] ?? '80'
}

function isOurs(name: string, host: string): boolean {
  if (isLoopback(name)) return true
  if (isLoopback(host)) return false
  return isIP(name) !== 0 || name === host.toLowerCase() || name === hostname().toLowerCase()
}

/** Whether a page of another origin makes the request. Browsers say so by these headers; other programs send neither. */
function isForeign({ method, headers }: Request, named: string, url: URL): boolean {
  const origin = headers.get('origin')
  if (origin !== null && !(URL.canParse(origin) && new URL(origin).host === named)) return true
  const site = headers.get('sec-fetch-site')
  if (site === null || site === 'same-origin' || site === 'none') return false
  const opening = method === 'GET' && headers.get('sec-fetch-mode') === 'navigate'
  return !(opening && url.pathname === '/' && headers.get('sec-fetch-dest') === 'document')
}

function cookieCalled(name: string, header: string): string | undefined {
  for (const part of header.split(';')) {
    const [key, value] = part.trim().split('=')
    if (key === name) return value
  }
  return undefined
}

function isSame(given: string, token: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}
