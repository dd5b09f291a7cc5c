/**
 * Class probabilities from what a chat model says.
 *
 * From log-probabilities: of the first token that is not blank, the server gives the most likely candidates t with
 * log p(t). With T_c the candidates that mean class c, p(c) = Σ_{t ∈ T_c} p(t) / Σ_k Σ_{t ∈ T_k} p(t): the mass on all
 * labels, renormalised. Candidates not given count as 0.
 *
 * From samples: p(c) = the share of answers that name c, among those that name one. Its standard error is
 * √(p (1 − p) / samples): 0.16 for 10 samples at p = 0.5, 0.05 for 100.
 */

/** One candidate for a token. */
export interface TokenCandidate {
  readonly token: string
  readonly logprob: number
}

/** One token that was said, with the candidates for it. */
export interface SaidToken extends TokenCandidate {
  readonly top_logprobs?: readonly TokenCandidate[] | undefined
}

/** Probabilities in the order of `labels`, and the mass that lay on all labels before renormalising. */
export function probabilitiesFromTokens(
  said: readonly SaidToken[],
  labels: readonly string[],
): { readonly probabilities: Float64Array; readonly mass: number } {
  const probabilities = new Float64Array(labels.length)
  const first = said.find(({ token }) => plain(token) !== '')
  const candidates = new Map<string, number>()
  for (const { token, logprob } of [...(first?.top_logprobs ?? []), ...(first ? [first] : [])]) {
    candidates.set(token, logprob)
  }
  let mass = 0
  for (const [token, logprob] of candidates) {
    const label = labelOfToken(token, labels)
    if (label === -1) continue
    const p = Math.exp(logprob)
    probabilities[label] = probabilities[label]! + p
    mass += p
  }
  if (mass > 0) for (let c = 0; c < labels.length; c++) probabilities[c] = probabilities[c]! / mass
  return { probabilities, mass }
}

/** The label that a whole answer names: it begins with it, or holds it as a word and no other; -1 where it names none. */
export function labelOfAnswer(answer: string, labels: readonly string[]): number {
  const words = plain(answer)
  const begins = longest(labels, (label) => startsWithWord(words, label))
  if (begins !== -1) return begins
  const held = labels
    .map((label, i) => (hasWord(words, plain(label)) ? i : -1))
    .filter((i) => i >= 0)
  return held.length === 1 ? held[0]! : -1
}

/** The label that a token is, or begins, where it is the only such one. */
function labelOfToken(token: string, labels: readonly string[]): number {
  const start = plain(token)
  if (start === '') return -1
  const exact = labels.findIndex((label) => plain(label) === start)
  if (exact !== -1) return exact
  const begun = labels.flatMap((label, i) => (plain(label).startsWith(start) ? [i] : []))
  return begun.length === 1 ? begun[0]! : -1
}

function longest(labels: readonly string[], test: (label: string) => boolean): number {
  let best = -1
  labels.forEach((label, i) => {
    if (test(plain(label)) && (best === -1 || label.length > labels[best]!.length)) best = i
  })
  return best
}

function startsWithWord(text: string, word: string): boolean {
  return text.startsWith(word) && !/^[\p{L}\p{N}]/u.test(text.slice(word.length))
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const before = text.slice(0, at)
    if (!/[\p{L}\p{N}]$/u.test(before) && startsWithWord(text.slice(at), word)) return true
  }
  return false
}

/** Without case, blanks, tokenizers' marks of them, and quotes and points around. */
function plain(text: string): string {
  return text
    .replace(/[\u0120\u2581]/g, ' ')
    .toLowerCase()
    .replace(/^[\s"'`*([{.:]+|[\s"'`*)\]}.,:;!]+$/g, '')
}
