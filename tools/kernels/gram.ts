/**
 * The kernel of `src/math/gram-kernel.ts`: weighted products of columns, in tiles of 4 × 4.
 *
 * `p(x, d, count, panels)` packs `count` rows of d doubles at byte x: z = root (x − mean), the roots (√w) at byte 0, the
 * means at MEANS, to panels of four columns, each with all its rows one after the other (32 bytes a row, RUN rows a
 * panel), from PANELS on. What it reads beyond a row's end lands in columns that nobody looks at.
 *
 * `t(count, panels, g)` adds Σ z_j z_k over `count` rows, from the first to the last, to the tile of each pair of panels
 * (j ≤ k, row by row), 16 doubles each from byte g on.
 */
import {
  add,
  assemble,
  below,
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

export const gramKernel = assemble([pack, tiles], 2)
