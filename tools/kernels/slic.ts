/**
 * The kernel of `src/image/segment/slic-board.ts`: both steps for three and for four colours, two pixels at a time, four times
 * for each row of a tile. What they do, and where everything lies in memory, stands there; `plainSteps` does the same.
 */
import {
  add,
  and,
  assemble,
  bits,
  type Code,
  choose,
  f64x2,
  get,
  i32x4,
  i64,
  int,
  type KernelFunction,
  load,
  loadHalf,
  loadInt,
  loadReal,
  loadSecond,
  loadSplat,
  loadWide,
  mul,
  named,
  real,
  realAdd,
  realBelow,
  realMax,
  repeat,
  set,
  shiftLeft,
  shiftRight,
  store,
  storeHalf,
  storeInt,
  storeReal,
  sub,
  type Types,
  tee,
  when,
} from './assembler.ts'

/** Where the record of label 0 begins, and the bytes of one. */
const RECORDS = 192
const RECORD_BYTES = 80
/** What the head of the memory tells, by the place of it. */
const HEAD = { weight: 0, planeBytes: 8, rowBytes: 12, planes: 16, nearest: 20, labels: 24 }
const FIELDS = ['y0', 'x0', 'top', 'bottom', 'left', 'right', 'c0', 'c1', 'c2', 'c3'] as const

const PARAMS = { first: 'i32', rows: 'i32', y: 'f64', x: 'f64', last: 'i32' } as const
const PLACE = {
  pixel: 'i32',
  label: 'i32',
  step: 'i32',
  labelStep: 'i32',
  planeBytes: 'i32',
  pair: 'i32',
  plane: 'i32',
  weight: 'v128',
  yy: 'v128',
  xx: 'v128',
  d: 'v128',
  y0: 'v128',
  x0: 'v128',
  c0: 'v128',
  c1: 'v128',
  c2: 'v128',
  c3: 'v128',
  left: 'v128',
  right: 'v128',
  near: 'v128',
} as const satisfies Types
type At = { readonly [local in keyof typeof PARAMS | keyof typeof PLACE]: number }

const head = (what: keyof typeof HEAD): Code => loadInt(int(0), HEAD[what])
const recordOf = (label: Code): Code => add(mul(label, int(RECORD_BYTES)), int(RECORDS))

/** Goes through the rows of a tile and, eight pixels in four pairs, through each of them. */
function eachPair(at: At, body: readonly Code[]): Code[] {
  return [
    // Where the pixel lies: `pixel` in bytes from the start of a plane, `label` as an address.
    set(at.pixel, shiftLeft(get(at.first), int(3))),
    set(at.label, add(head('labels'), shiftLeft(get(at.first), int(2)))),
    set(at.planeBytes, head('planeBytes')),
    set(at.step, sub(head('rowBytes'), int(64))),
    set(at.labelStep, shiftRight(get(at.step), int(1))),
    set(at.weight, loadSplat(int(0), HEAD.weight)),
    repeat(
      [
        set(at.yy, f64x2.splatOf(get(at.y))),
        set(at.xx, f64x2.add(f64x2.splatOf(get(at.x)), f64x2.of(0, 1))),
        set(at.pair, int(4)),
        repeat(
          [
            ...body,
            set(at.xx, f64x2.add(get(at.xx), f64x2.of(2, 2))),
            set(at.pixel, add(get(at.pixel), int(16))),
            set(at.label, add(get(at.label), int(8))),
          ],
          tee(at.pair, sub(get(at.pair), int(1))),
        ),
        set(at.pixel, add(get(at.pixel), get(at.step))),
        set(at.label, add(get(at.label), get(at.labelStep))),
        set(at.y, realAdd(get(at.y), real(1))),
      ],
      tee(at.rows, sub(get(at.rows), int(1))),
    ),
  ]
}

/** weight (dy² + dx²) + (Σ colour²), added up in this order. */
function distance(at: At, planes: number): Code {
  const square = (difference: Code): Code => f64x2.mul(tee(at.d, difference), get(at.d))
  const colour = (c: number): Code => {
    const plane =
      c === 0 ? add(head('planes'), get(at.pixel)) : add(get(at.plane), get(at.planeBytes))
    return square(f64x2.sub(load(tee(at.plane, plane)), get(at[`c${c}` as 'c0'])))
  }
  let colours = colour(0)
  for (let c = 1; c < planes; c++) colours = f64x2.add(colours, colour(c))
  const away = f64x2.add(
    square(f64x2.sub(get(at.y0), get(at.yy))),
    square(f64x2.sub(get(at.x0), get(at.xx))),
  )
  return f64x2.add(f64x2.mul(away, get(at.weight)), colours)
}

const nearestOf = (at: At): Code => add(head('nearest'), get(at.pixel))

function bound(planes: number): KernelFunction {
  return named(
    `b${planes}`,
    PARAMS,
    {
      ...PLACE,
      ...{ before: 'i64', labels: 'i64', own: 'i64', mixed: 'i64', a: 'i32', b: 'i32' },
      ...{ most: 'v128', top: 'v128', bottom: 'v128', inside: 'v128' },
    },
    (at) => [
      set(at.own, i64.extend(loadInt(add(head('labels'), shiftLeft(get(at.first), int(2)))))),
      set(at.own, i64.or(get(at.own), i64.shl(get(at.own), i64.of(32)))),
      // No pair of labels: the first one is read.
      set(at.before, i64.of(-4)),
      ...eachPair(at, [
        when(i64.notEqual(tee(at.labels, loadWide(get(at.label))), get(at.before)), [
          set(at.before, get(at.labels)),
          set(at.a, recordOf(i64.low(get(at.labels)))),
          set(at.b, recordOf(i64.low(i64.shrU(get(at.labels), i64.of(32))))),
          ...FIELDS.slice(0, 6 + planes).map((field, k) =>
            set(at[field], loadSecond(get(at.b), loadSplat(get(at.a), 8 * k), 8 * k)),
          ),
        ]),
        set(at.mixed, i64.or(get(at.mixed), i64.xor(get(at.labels), get(at.own)))),
        set(
          at.inside,
          bits.and(
            bits.and(
              f64x2.greaterOrEqual(get(at.yy), get(at.top)),
              f64x2.less(get(at.yy), get(at.bottom)),
            ),
            bits.and(
              f64x2.greaterOrEqual(get(at.xx), get(at.left)),
              f64x2.less(get(at.xx), get(at.right)),
            ),
          ),
        ),
        set(
          at.near,
          bits.select(distance(at, planes), f64x2.splat(Number.POSITIVE_INFINITY), get(at.inside)),
        ),
        store(nearestOf(at), get(at.near)),
        set(at.most, f64x2.greaterOf(get(at.most), get(at.near))),
      ]),
      storeReal(get(at.last), realMax(f64x2.lane(0)(get(at.most)), f64x2.lane(1)(get(at.most)))),
      storeInt(
        get(at.last),
        choose(
          i64.low(get(at.own)),
          int(-1),
          and(
            i64.isZero(get(at.mixed)),
            realBelow(loadReal(get(at.last)), real(Number.POSITIVE_INFINITY)),
          ),
        ),
        8,
      ),
    ],
  )
}

function assign(planes: number): KernelFunction {
  return named(
    `a${planes}`,
    PARAMS,
    {
      ...PLACE,
      ...{ record: 'i32', own: 'v128', ownNumber: 'v128', best: 'v128', labels: 'v128' },
      take: 'v128',
    },
    (at) => [
      set(at.record, recordOf(get(at.last))),
      ...FIELDS.slice(0, 6 + planes).flatMap((field, k) =>
        field === 'top' || field === 'bottom'
          ? []
          : [set(at[field], loadSplat(get(at.record), 8 * k))],
      ),
      set(at.own, i32x4.splat(get(at.last))),
      set(at.ownNumber, f64x2.convert(get(at.own))),
      ...eachPair(at, [
        set(at.near, distance(at, planes)),
        set(at.best, load(nearestOf(at))),
        when(bits.any(tee(at.take, f64x2.lessOrEqual(get(at.near), get(at.best)))), [
          set(at.labels, loadHalf(get(at.label))),
          set(
            at.take,
            bits.and(
              bits.and(
                get(at.take),
                bits.or(
                  f64x2.less(get(at.near), get(at.best)),
                  f64x2.less(get(at.ownNumber), f64x2.convert(get(at.labels))),
                ),
              ),
              bits.and(
                f64x2.greaterOrEqual(get(at.xx), get(at.left)),
                f64x2.less(get(at.xx), get(at.right)),
              ),
            ),
          ),
          store(nearestOf(at), bits.select(get(at.near), get(at.best), get(at.take))),
          storeHalf(
            get(at.label),
            bits.select(
              get(at.own),
              get(at.labels),
              // The masks of two doubles as those of two words.
              bits.shuffle([0, 2, 0, 2])(get(at.take), get(at.take)),
            ),
          ),
        ]),
      ]),
    ],
  )
}

export const slicKernel = assemble([bound(3), bound(4), assign(3), assign(4)])
