/**
 * Errors of servers: each names the address (without credentials), the status, the beginning of the answer, and what
 * to do.
 */
import { PredictorError, PredictorOutputError } from '../../contract/index.ts'

/** An answer of a server, read to its end. */
export interface Reply {
  readonly status: number
  /** Where it came from, as errors show it. */
  readonly from: string
  readonly text: string
  /** The beginning of the text as errors show it. */
  readonly shown: string
  readonly contentType: string
  /** The header Location of a redirect. */
  readonly location: string | null
  readonly retryAfter: string | null
}

/** The first 200 characters of an answer on one line; of a short answer the last 200 too, where many servers say why. */
export function beginning(text: string): string {
  const line = text.slice(0, 4000).replace(/\s+/g, ' ').trim()
  if (line.length <= 200) return line
  const end = text.length > 4000 ? '' : ` ${line.slice(Math.max(200, line.length - 200)).trim()}`
  return `${line.slice(0, 200)}…${end}`
}

/** The error of an answer that is not 200. `tries` counts those that were made. */
export function statusError(reply: Reply, tries: number): PredictorError {
  const again = tries > 1 ? ` after ${tries} tries` : ''
  const body = reply.shown === '' ? ' with nothing in it' : `: ${reply.shown}`
  return new PredictorError({
    where: reply.from,
    got: `status ${reply.status}${again}${body}`,
    expected: 'an answer with status 200',
    remedy: remedyOf(reply.status),
  })
}

/** The error of a request that got no answer. */
export function connectionError(from: string, cause: unknown, tries: number): PredictorError {
  const code = codeOf(cause)
  const again = tries > 1 ? ` after ${tries} tries` : ''
  return new PredictorError({
    where: from,
    got: `no answer${again} (${reasonOf(cause)})`,
    expected: 'an answer',
    remedy: isTls(code)
      ? 'The certificate or the encryption of the server is refused: check https against http, or name the authority that signed it in NODE_EXTRA_CA_CERTS.'
      : code === 'ENOTFOUND'
        ? 'Check the name of the host.'
        : 'Check that the server runs and listens there; in a browser also that it allows this origin (CORS).',
    cause,
  })
}

/** The error of a request that took too long. */
export function timeoutError(from: string, timeout: number, tries: number): PredictorError {
  return new PredictorError({
    where: from,
    got: `no whole answer within ${timeout / 1000} seconds${tries > 1 ? `, ${tries} times` : ''}`,
    expected: 'an answer to every request',
    remedy: 'Give it more time with the option timeout, or smaller requests with batchSize.',
  })
}

/** The error of an answer that is none: what came, and what would have been right. */
export function answerError(
  reply: Pick<Reply, 'from' | 'status' | 'shown'>,
  got: string,
  expected: string,
  remedy: string,
): PredictorOutputError {
  return new PredictorOutputError({
    where: reply.from,
    got: `${got} (status ${reply.status}: ${reply.shown})`,
    expected,
    remedy,
  })
}

/** Whether a connection failed in a way that another try cannot mend: unknown host, refused certificate. */
export function isHopeless(cause: unknown): boolean {
  const code = codeOf(cause)
  return code === 'ENOTFOUND' || isTls(code)
}

function remedyOf(status: number): string {
  if (status === 401 || status === 403) {
    return "Give the credentials with the option headers, such as { authorization: 'Bearer …' }."
  }
  if (status === 404 || status === 405) {
    return 'Check the address: the path, and the name and version of the model in it.'
  }
  if (status === 413) return 'One instance alone is too large for the server: raise its limit.'
  if (status === 429) return 'Ask less at once with the option concurrency, or wait.'
  if (status === 400 || status === 422) {
    return 'The server does not understand these instances: compare them with the inputs that the model was made for. Where it wants columns by name, give the option columns.'
  }
  if (status >= 300 && status < 400) return 'Give the address that it leads to, if you trust it.'
  return 'The log of the server says more; ask again once it is well: what was answered is kept.'
}

function codeOf(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const { code } = error as { readonly code?: unknown }
    if (typeof code === 'string') return code
  }
  return ''
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  if (code !== '') return code
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message : String(inner)
}

function isTls(code: string): boolean {
  return /CERT|TLS|SSL|EPROTO|UNABLE_TO_VERIFY/.test(code)
}
