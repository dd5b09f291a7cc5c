/**
 * Compares answers with expected ones within the tolerances of the conformance cases, and remembers what differed.
 *
 * Numbers: |got − expected| ≤ 1e-10 + 1e-8 |expected|; scores 1e-9; distances 1e-6; order, ids and texts exactly, but
 * neighbours whose |weights| differ by less than 1e-9 may have swapped.
 */

/** One difference. */
export interface Difference {
  readonly what: string
  readonly got: unknown
  readonly expected: unknown
}

/** `[id or name, weight]` */
export type Weighted = readonly [id: number | string, weight: number]

/** Collects the differences of one case. */
export class Comparison {
  readonly differences: Difference[] = []

  /** Equal up to the tolerance for numbers, or up to `absolute` where it is given. */
  number(what: string, got: number, expected: number, absolute?: number): void {
    if (!isClose(got, expected, absolute)) this.differences.push({ what, got, expected })
  }

  /** Numbers one by one; the first that differs is reported. */
  numbers(
    what: string,
    got: ArrayLike<number>,
    expected: ArrayLike<number>,
    absolute?: number,
  ): void {
    this.same(`${what}, length`, got.length, expected.length)
    for (let i = 0; i < Math.min(got.length, expected.length); i++) {
      if (isClose(got[i]!, expected[i]!, absolute)) continue
      this.differences.push({ what: `${what}[${i}]`, got: got[i], expected: expected[i] })
      return
    }
  }

  /** Equal as JSON. */
  same(what: string, got: unknown, expected: unknown): void {
    if (JSON.stringify(got) !== JSON.stringify(expected)) {
      this.differences.push({ what, got, expected })
    }
  }

  /** True, or the difference is reported. */
  holds(what: string, condition: boolean, got: unknown, expected: unknown): void {
    if (!condition) this.differences.push({ what, got, expected })
  }

  /** Weights in order, where near-equal neighbours may swap. */
  weights(what: string, got: readonly Weighted[], expected: readonly Weighted[]): void {
    this.same(`${what}, length`, got.length, expected.length)
    const left = [...got]
    for (const [rank, [id, weight]] of expected.entries()) {
      const at = left.findIndex((one) => one[0] === id)
      const found = left[at]
      if (found === undefined) {
        this.differences.push({
          what: `${what}, rank ${rank}`,
          got: got[rank],
          expected: [id, weight],
        })
        return
      }
      const passed = left.slice(0, at)
      const swapped = passed.every((one) => Math.abs(Math.abs(one[1]) - Math.abs(found[1])) < 1e-9)
      if (!swapped || !isClose(found[1], weight)) {
        this.differences.push({
          what: `${what}, rank ${rank}`,
          got: swapped ? found : got[rank],
          expected: [id, weight],
        })
        return
      }
      left.splice(at, 1)
    }
  }
}

function isClose(got: number, expected: number, absolute?: number): boolean {
  if (typeof got !== 'number') return false
  return Math.abs(got - expected) <= (absolute ?? 1e-10 + 1e-8 * Math.abs(expected))
}
