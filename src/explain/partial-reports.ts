/**
 * Explanations in between, while the model works: for screens that fill up, and for what is left when it fails.
 *
 * 1. The first one after 64 answers; then whenever these have doubled or a quarter of a second has passed, from 10 answers
 *    on. Making them never takes more than about a tenth of the time.
 * 2. Where the call ends before its time, the answers there are make a last one. It goes with the error (`partial`), and
 *    to `onPartial`.
 */
import type { Explanation } from '../contract/explanation.ts'
import type { Inquiry } from './ask-model.ts'
import type { Settings } from './settings.ts'

const FIRST = 64
const FEWEST = 10
const MILLISECONDS = 250
const SHARE = 0.1

/** Reports on one call. */
export interface PartialReports {
  /** To be called after each batch. */
  readonly report: () => void
  /** The explanation of what there is; undefined where that is too little. */
  readonly last: () => Explanation | undefined
}

/** Reports by `settings.onPartial`, made by `explain`. */
export function partialReports(
  inquiry: Inquiry<never>,
  began: number,
  explain: () => Explanation,
  { onPartial }: Settings,
): PartialReports {
  let reported = 0
  let next = 0
  let due = began + MILLISECONDS
  const last = () => (inquiry.answered < FEWEST ? undefined : explain())
  return {
    report: () => {
      if (onPartial === undefined) return
      const { answered } = inquiry
      const now = performance.now()
      const many = answered >= Math.max(FIRST, 2 * reported)
      if (answered < FEWEST || answered === reported || now < next || !(many || now >= due)) return
      reported = answered
      onPartial(explain())
      const ended = performance.now()
      due = ended + MILLISECONDS
      next = ended + (ended - now) / SHARE
    },
    last: () => {
      const explanation = last()
      if (explanation !== undefined) onPartial?.(explanation)
      return explanation
    },
  }
}

/** The error, or the reason of an abort, with what was explained before it as `partial`. */
export function withPartial(error: unknown, reports: PartialReports): unknown {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return error
  let partial: Explanation | undefined
  try {
    partial = reports.last()
  } catch {
    // The answers so far cannot be explained either: the first error says more.
    return error
  }
  if (partial === undefined) return error
  return Object.defineProperty(error, 'partial', {
    value: partial,
    configurable: true,
    enumerable: false,
    writable: true,
  })
}
