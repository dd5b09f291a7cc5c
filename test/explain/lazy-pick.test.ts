import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lazyPick } from '../../src/explain/lazy-pick.ts'

/** The plain greedy algorithm: every instance measured in every round; of equal gains the last wins. */
function plainPick(
  rows: readonly (readonly number[])[],
  importance: readonly number[],
  count: number,
) {
  const covered = new Set<number>()
  const open = new Set(rows.keys())
  const picked: number[] = []
  while (picked.length < count && open.size > 0) {
    let best = -1
    let most = 0
    for (const i of open) {
      const gain = rows[i]!.reduce((sum, f) => (covered.has(f) ? sum : sum + importance[f]!), 0)
      if (gain >= most) {
        most = gain
        best = i
      }
    }
    picked.push(best)
    open.delete(best)
    for (const f of rows[best]!) covered.add(f)
  }
  return picked
}

describe('lazyPick', () => {
  it('picks what the plain greedy algorithm picks, ties included', () => {
    const cases = fc.integer({ min: 1, max: 12 }).chain((d) =>
      fc.tuple(
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: d - 1 }), { maxLength: d }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: d, maxLength: d }),
        fc.integer({ min: 1, max: 45 }),
      ),
    )
    fc.assert(
      fc.property(cases, ([rows, importance, count]) => {
        const offsets = [0]
        for (const row of rows) offsets.push(offsets.at(-1)! + row.length)
        const { picked, covered } = lazyPick({ offsets, features: rows.flat(), importance }, count)
        expect(picked).toEqual(plainPick(rows, importance, count))
        const touched = new Set(picked.flatMap((i) => rows[i]!))
        expect([...covered.keys()].filter((f) => covered[f] === 1)).toEqual(
          [...touched].sort((a, b) => a - b),
        )
      }),
    )
  })
})
