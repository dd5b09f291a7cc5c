/**
 * The kernel of `src/math/gram-kernel.ts`: weighted products of columns, in tiles of 4 × 4.
 *
 * `p(x, d, count, panels)` packs `count` rows of d doubles at byte x: z = root (x − mean), the roots (√w) at byte 0, the
 * means at MEANS, to panels of four columns, each with all its rows one after the other (32 bytes a row, RUN rows a
 * panel), from PANELS on. What it reads beyond a row's end lands in columns that nobody looks at.
 *
 * `t(count, panels, g)` adds Σ z_j z_k over `count` rows, from the first to the last, to the tile of each pair of panels
 * (j ≤ k, row by row), 16 doubles each from byte g on.
 *
 * `g(z, end, width, b, out)` adds Zᵀ Z b to `out` for an even number of rows of `width` bytes (a multiple of 16) from z to
 * end, two rows at a time: their products with b, then themselves times these.
 */
import {
  add,
  assemble,
  below,
  bits,
  type Code,
  f64x2,
  get,
  I32,
  int,
  load,
  loadSplat,
  mul,
  repeat,
  set,
  shiftLeft,
  store,
  tee,
  V128,
} from './assembler.ts'

/** Rows that are packed at a time. */
const RUN = 128
const PANEL = 32 * RUN

// Parameters and locals of p; panels begin behind the means.
const X = 0
const D = 1
const COUNT = 2
const Z0 = 3
const I = 4
const K = 5
const Z = 6
const AT = 7
const WIDTH = 8
const ROOT = 9

const pack = {
  name: 'p',
  params: 4,
  locals: [I32, I32, I32, I32, I32, V128],
  code: [
    set(WIDTH, shiftLeft(get(D), int(3))),
    repeat(
      [
        set(ROOT, loadSplat(shiftLeft(get(I), int(3)))),
        set(K, int(0)),
        set(Z, add(get(Z0), shiftLeft(get(I), int(5)))),
        set(AT, get(X)),
        repeat(
          [
            store(get(Z), centred(0)),
            store(get(Z), centred(16), 16),
            set(Z, add(get(Z), int(PANEL))),
            set(AT, add(get(AT), int(32))),
          ],
          below(tee(K, add(get(K), int(32))), get(WIDTH)),
        ),
        set(X, add(get(X), get(WIDTH))),
      ],
      below(tee(I, add(get(I), int(1))), get(COUNT)),
    ),
  ],
}

/** root (x − mean) of two columns. */
function centred(offset: number): Code {
  return f64x2.mul(get(ROOT), f64x2.sub(load(get(AT), offset), load(get(K), 8 * RUN + offset)))
}

// Parameters and locals of t: rows in bytes, first byte of the panels, byte behind them, byte of the tile.
const ROWS = 0
const FROM = 1
const END = 2
const G = 3
const J = 4
const KK = 5
const ROW = 6
const A = 7
const B = 8
const S = 9
const LOW = 17
const HIGH = 18

const tiles = {
  name: 't',
  params: 4,
  locals: [I32, I32, I32, I32, I32, ...new Array(10).fill(V128)],
  code: [
    set(ROWS, mul(get(ROWS), int(32))),
    set(J, get(FROM)),
    repeat(
      [
        set(KK, get(J)),
        repeat(
          [
            ...[0, 1, 2, 3, 4, 5, 6, 7].map((k) => set(S + k, f64x2.splat(0))),
            set(ROW, int(0)),
            set(A, get(J)),
            set(B, get(KK)),
            repeat(
              [
                set(LOW, load(get(B))),
                set(HIGH, load(get(B), 16)),
                ...[0, 1, 2, 3].flatMap((j) => {
                  const own = loadSplat(get(A), 8 * j)
                  return [
                    set(S + 2 * j, f64x2.add(get(S + 2 * j), f64x2.mul(own, get(LOW)))),
                    set(S + 2 * j + 1, f64x2.add(get(S + 2 * j + 1), f64x2.mul(own, get(HIGH)))),
                  ]
                }),
                set(A, add(get(A), int(32))),
                set(B, add(get(B), int(32))),
              ],
              below(tee(ROW, add(get(ROW), int(32))), get(ROWS)),
            ),
            ...[0, 1, 2, 3, 4, 5, 6, 7].map((k) =>
              store(get(G), f64x2.add(load(get(G), 16 * k), get(S + k)), 16 * k),
            ),
            set(G, add(get(G), int(128))),
          ],
          below(tee(KK, add(get(KK), int(PANEL))), get(END)),
        ),
      ],
      below(tee(J, add(get(J), int(PANEL))), get(END)),
    ),
  ],
}

// Parameters and locals of g.
const ROW0 = 0
const LAST = 1
const BYTES = 2
const VECTOR = 3
const OUT = 4
const ROW1 = 5
const AT0 = 6
const SUM0 = 7
const SUM1 = 8

const { add: plus, mul: times } = f64x2
const sumOfLanes = (local: number) => {
  const swapped = bits.shuffle([2, 3, 0, 1])(get(local), get(local))
  return set(local, plus(get(local), swapped))
}
const here = (base: number) => add(get(base), get(AT0))

const gramTimes = {
  name: 'g',
  params: 5,
  locals: [I32, I32, V128, V128],
  code: [
    repeat(
      [
        set(ROW1, add(get(ROW0), get(BYTES))),
        set(SUM0, f64x2.splat(0)),
        set(SUM1, f64x2.splat(0)),
        set(AT0, int(0)),
        repeat(
          [
            set(SUM0, plus(get(SUM0), times(load(here(ROW0)), load(here(VECTOR))))),
            set(SUM1, plus(get(SUM1), times(load(here(ROW1)), load(here(VECTOR))))),
          ],
          below(tee(AT0, add(get(AT0), int(16))), get(BYTES)),
        ),
        sumOfLanes(SUM0),
        sumOfLanes(SUM1),
        set(AT0, int(0)),
        repeat(
          [
            store(
              here(OUT),
              plus(
                load(here(OUT)),
                plus(times(get(SUM0), load(here(ROW0))), times(get(SUM1), load(here(ROW1)))),
              ),
            ),
          ],
          below(tee(AT0, add(get(AT0), int(16))), get(BYTES)),
        ),
      ],
      below(tee(ROW0, add(get(ROW1), get(BYTES))), get(LAST)),
    ),
  ],
}

export const gramKernel = assemble([pack, tiles, gramTimes], 2)
