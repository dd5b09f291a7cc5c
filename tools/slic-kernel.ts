/**
 * Assembles the WebAssembly kernel of `src/image/segment/slic-board.ts` and prints it in base64:
 *
 *     npx tsx tools/slic-kernel.ts
 *
 * Two pixels at a time, four times for each row of a tile. What the functions do, and where everything lies in memory,
 * stands there; `plainSteps` does the same in TypeScript.
 */
import {
  access,
  add,
  and,
  assemble,
  bitselect,
  type Code,
  constant,
  constantDouble,
  define,
  type Locals,
  load128,
  loop,
  op,
  store128,
  vector,
  when,
} from './assemble-wasm.ts'

const RECORDS = 192
const RECORD_BYTES = 80

const loadInt = access(0x28)
const loadLong = access(0x29)
const loadDouble = access(0x2b)
const storeInt = access(0x36)
const storeDouble = access(0x39)
const splatDouble = access(0xfd, 0x0a)
const loadLane1 = (offset: number, vectorBefore: Code, address: Code): Code => [
  ...address,
  ...vectorBefore,
  ...access(0xfd, 0x57)(offset),
  1,
]
const loadHalf = access(0xfd, 0x5d)
const storeHalf = (offset: number, address: Code, value: Code): Code => [
  ...access(0xfd, 0x5b)(offset, address, value),
  0,
]
const lane = (k: number, value: Code): Code => [...vector(0x21)(value), k]
const [splat, splatInts, toDoubles] = [vector(0x14), vector(0x11), vector(0xfe)]
const [less, lessEqual, greaterEqual] = [0x49, 0x4b, 0x4c].map(vector)
const [plus, minus, times, largest] = [0xf0, 0xf1, 0xf2, 0xf7].map(vector)
const or = vector(0x50)
const anyTrue = vector(0x53)
/** The masks of two doubles as two words. */
const halves = (value: Code): Code => [
  ...value,
  ...value,
  ...[0xfd, 0x0d, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11],
]

const CENTRE = { y0: 'v128', x0: 'v128', c0: 'v128', c1: 'v128', c2: 'v128', c3: 'v128' } as const
const PLACE = {
  pixel: 'i32',
  label: 'i32',
  step: 'i32',
  labelStep: 'i32',
  planeBytes: 'i32',
  pair: 'i32',
  at: 'i32',
  p0: 'i32',
  weight: 'v128',
  yy: 'v128',
  xx: 'v128',
  d: 'v128',
} as const
const PARAMS = { first: 'i32', rows: 'i32', y: 'f64', x: 'f64', last: 'i32' } as const

type At = Locals<keyof typeof CENTRE | keyof typeof PLACE | keyof typeof PARAMS>

/** Where the tile's first pixel lies: `pixel` in bytes from the start of a plane, `label` as an address. */
const place = ({ get, set }: At) => [
  set('pixel', op(0x74)(get('first'), constant(3))),
  set('label', add(loadInt(24, constant(0)), op(0x74)(get('first'), constant(2)))),
  set('planeBytes', loadInt(8, constant(0))),
  set('step', op(0x6b)(loadInt(12, constant(0)), constant(64))),
  set('labelStep', op(0x76)(get('step'), constant(1))),
  set('weight', splatDouble(0, constant(0))),
]

/** Goes through the rows and, eight pixels in four pairs, through each of them. */
const eachPair = ({ get, set, tee }: At, body: readonly Code[]) =>
  loop(
    [
      set('yy', splat(get('y'))),
      set('xx', plus!(splat(get('x')), twoDoubles(0, 1))),
      set('pair', constant(4)),
      loop(
        [
          set('at', add(loadInt(16, constant(0)), get('pixel'))),
          ...body,
          set('xx', plus!(get('xx'), twoDoubles(2, 2))),
          set('pixel', add(get('pixel'), constant(16))),
          set('label', add(get('label'), constant(8))),
        ],
        tee('pair', op(0x6b)(get('pair'), constant(1))),
      ),
      set('pixel', add(get('pixel'), get('step'))),
      set('label', add(get('label'), get('labelStep'))),
      set('y', op(0xa0)(get('y'), constantDouble(1))),
    ],
    tee('rows', op(0x6b)(get('rows'), constant(1))),
  )

const twoDoubles = (a: number, b: number): Code => [
  0xfd,
  0x0c,
  ...new Uint8Array(Float64Array.of(a, b).buffer),
]
const square = ({ get, tee }: At, difference: Code) => times!(tee('d', difference), get('d'))

/** weight (dy² + dx²) + (Σ colour²), added up in this order. */
const distance = (at: At, planes: number) => {
  const { get, set } = at
  const address = (c: number): Code =>
    c === 0 ? get('at') : set('at', add(get('at'), get('planeBytes')))
  const colour = (c: number) => square(at, minus!(loadFrom(c), get(`c${c}` as 'c0')))
  const loadFrom = (c: number): Code =>
    c === 0 ? load128(0, get('at')) : [...address(c), ...load128(0, get('at'))]
  let colours = colour(0)
  for (let c = 1; c < planes; c++) colours = plus!(colours, colour(c))
  const away = plus!(
    square(at, minus!(get('y0'), get('yy'))),
    square(at, minus!(get('x0'), get('xx'))),
  )
  return plus!(times!(away, get('weight')), colours)
}

const nearestOf = ({ get }: At) => add(loadInt(20, constant(0)), get('pixel'))
const recordOf = (label: Code) => add(op(0x6c)(label, constant(RECORD_BYTES)), constant(RECORDS))

const bound = (planes: number) =>
  define(
    PARAMS,
    {
      ...PLACE,
      ...CENTRE,
      before: 'i64',
      labels: 'i64',
      own: 'i64',
      mixed: 'i64',
      a: 'i32',
      b: 'i32',
      most: 'v128',
      top: 'v128',
      bottom: 'v128',
      left: 'v128',
      right: 'v128',
      near: 'v128',
      inside: 'v128',
    },
    (at) => {
      const { get, set, tee } = at
      const fields = ['y0', 'x0', 'top', 'bottom', 'left', 'right', 'c0', 'c1', 'c2', 'c3'] as const
      const both = fields
        .slice(0, 6 + planes)
        .map((name, k) => set(name, loadLane1(8 * k, splatDouble(8 * k, get('a')), get('b'))))
      const low = (value: Code) => op(0xa7)(value)
      return [
        ...place(at as unknown as At),
        set('own', op(0xad)(loadInt(0, get('label')))),
        set('own', op(0x84)(get('own'), op(0x86)(get('own'), [0x42, 32]))),
        // No pair of labels: the first one is read.
        set('before', [0x42, 0x7c]),
        eachPair(at as unknown as At, [
          when(op(0x52)(tee('labels', loadLong(0, get('label'))), get('before')), [
            set('before', get('labels')),
            set('a', recordOf(low(get('labels')))),
            set('b', recordOf(low(op(0x88)(get('labels'), [0x42, 32])))),
            ...both,
          ]),
          set('mixed', op(0x84)(get('mixed'), op(0x85)(get('labels'), get('own')))),
          set(
            'inside',
            and(
              and(greaterEqual!(get('yy'), get('top')), less!(get('yy'), get('bottom'))),
              and(greaterEqual!(get('xx'), get('left')), less!(get('xx'), get('right'))),
            ),
          ),
          set(
            'near',
            bitselect(
              distance(at as unknown as At, planes),
              splat(constantDouble(Number.POSITIVE_INFINITY)),
              get('inside'),
            ),
          ),
          store128(0, nearestOf(at as unknown as At), get('near')),
          set('most', largest!(get('most'), get('near'))),
        ]),
        storeDouble(0, get('last'), op(0xa5)(lane(0, get('most')), lane(1, get('most')))),
        storeInt(
          8,
          get('last'),
          op(0x1b)(
            low(get('own')),
            constant(-1),
            op(0x71)(
              op(0x50)(get('mixed')),
              op(0x63)(loadDouble(0, get('last')), constantDouble(Number.POSITIVE_INFINITY)),
            ),
          ),
        ),
      ]
    },
  )

const assign = (planes: number) =>
  define(
    PARAMS,
    {
      ...PLACE,
      ...CENTRE,
      record: 'i32',
      left: 'v128',
      right: 'v128',
      own: 'v128',
      ownNumber: 'v128',
      near: 'v128',
      best: 'v128',
      labels: 'v128',
      take: 'v128',
    },
    (at) => {
      const { get, set, tee } = at
      const fields = ['y0', 'x0', '', '', 'left', 'right', 'c0', 'c1', 'c2', 'c3'] as const
      return [
        ...place(at as unknown as At),
        set('record', recordOf(get('last'))),
        ...fields
          .slice(0, 6 + planes)
          .flatMap((name, k) =>
            name === '' ? [] : [set(name, splatDouble(8 * k, get('record')))],
          ),
        set('own', splatInts(get('last'))),
        set('ownNumber', toDoubles(get('own'))),
        eachPair(at as unknown as At, [
          set('near', distance(at as unknown as At, planes)),
          set('best', load128(0, nearestOf(at as unknown as At))),
          when(anyTrue(tee('take', lessEqual!(get('near'), get('best')))), [
            set('labels', loadHalf(0, get('label'))),
            set(
              'take',
              and(
                and(
                  get('take'),
                  or(
                    less!(get('near'), get('best')),
                    less!(get('ownNumber'), toDoubles(get('labels'))),
                  ),
                ),
                and(greaterEqual!(get('xx'), get('left')), less!(get('xx'), get('right'))),
              ),
            ),
            store128(
              0,
              nearestOf(at as unknown as At),
              bitselect(get('near'), get('best'), get('take')),
            ),
            storeHalf(0, get('label'), bitselect(get('own'), get('labels'), halves(get('take')))),
          ]),
        ]),
      ]
    },
  )

console.log(assemble({ b3: bound(3), b4: bound(4), a3: assign(3), a4: assign(4) }, { import: 'm' }))
