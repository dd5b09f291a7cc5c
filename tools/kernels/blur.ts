/**
 * The kernel of `src/image/segment/gaussian-blur.ts`: `b(out, pairs, count)`.
 *
 * `count` eights of doubles at `out`, each the sum over a table at `pairs` of the two doubles that lie as far behind its two
 * addresses, times its weight. An entry is (address, address, weight), 16 bytes; the first has one address alone, and the
 * table ends with an address of 0. The sum is formed in the table's order.
 */
import {
  add,
  assemble,
  below,
  type Code,
  f64x2,
  get,
  int,
  load,
  loadInt,
  loadSplat,
  named,
  repeat,
  set,
  shiftLeft,
  store,
  tee,
} from './assembler.ts'

const SUMS = ['s0', 's1', 's2', 's3'] as const

const blur = named(
  'b',
  { out: 'i32', pairs: 'i32', count: 'i32' },
  {
    ...{ far: 'i32', entry: 'i32', first: 'i32', second: 'i32' },
    ...{ s0: 'v128', s1: 'v128', s2: 'v128', s3: 'v128', weight: 'v128' },
  },
  (at) => {
    const inTable = (offset: number): Code => add(loadInt(get(at.entry), offset), get(at.far))
    return [
      set(at.count, shiftLeft(get(at.count), int(6))),
      repeat(
        [
          set(at.entry, get(at.pairs)),
          set(at.first, inTable(0)),
          set(at.weight, loadSplat(get(at.entry), 8)),
          ...SUMS.map((sum, k) =>
            set(at[sum], f64x2.mul(load(get(at.first), 16 * k), get(at.weight))),
          ),
          set(at.entry, add(get(at.entry), int(16))),
          repeat(
            [
              set(at.first, inTable(0)),
              set(at.second, inTable(4)),
              set(at.weight, loadSplat(get(at.entry), 8)),
              ...SUMS.map((sum, k) => {
                const pair = f64x2.add(load(get(at.first), 16 * k), load(get(at.second), 16 * k))
                return set(at[sum], f64x2.add(get(at[sum]), f64x2.mul(pair, get(at.weight))))
              }),
            ],
            loadInt(tee(at.entry, add(get(at.entry), int(16)))),
          ),
          ...SUMS.map((sum, k) => store(add(get(at.out), get(at.far)), get(at[sum]), 16 * k)),
        ],
        below(tee(at.far, add(get(at.far), int(64))), get(at.count)),
      ),
    ]
  },
)

export const blurKernel = assemble([blur])
