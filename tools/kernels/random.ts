/**
 * The kernel of `src/math/random-kernel.ts`. Memory: 624 words of key at byte 0, the next key at 2496, its tempered form
 * at 4992; the points of the polar method at 7488 (two doubles for each of at most 157 tries), their squared radii at
 * 10016, the gaussians at 11280.
 *
 * `r` makes the next key and its tempered form, four words a step: none of the next key depends on one less than 227 words
 * before it.
 *
 * `g(p, most)` makes gaussians from the tempered words at byte p on, up to `most` bytes of them:
 * 1. a try takes four words; a point outside the unit disc is written over by the next, without a branch;
 * 2. factors √(−2 ln r² / r²) two at a time, ln by fdlibm's e_log.c (Sun Microsystems 1993), which is `Math.log` of V8:
 *    the same operations in the same order. Where |f| < 2^-20 fdlibm takes another way.
 * It returns p after the last try, times 2^16, plus the bytes of gaussians, plus 1 where one of them took that way and
 * must be made again.
 */
import {
  add,
  and,
  assemble,
  below,
  bits,
  type Code,
  f64x2,
  get,
  I32,
  i32x4,
  i64x2,
  int,
  load,
  or,
  real,
  realBelow,
  repeat,
  set,
  shiftLeft,
  shiftRight,
  store,
  storeReal,
  tee,
  V128,
} from './assembler.ts'

const NEXT = 2496
const WORDS = 4992
const POINTS = 7488
const RADII = 10_016
const GAUSSIANS = 11_280

/** Locals: 0 the byte where the loop stands, 1 the words after it, 2 the new words, 3 to 6 constants. */
const refill = {
  name: 'r',
  params: 0,
  locals: [I32, ...new Array(6).fill(V128)],
  code: [
    ...[0x80000000, 0x9908b0df, 0x9d2c5680, 0xefc60000].map((value, k) =>
      set(3 + k, i32x4.splat(int(value))),
    ),
    repeat(
      [
        // key[i + 397] ⊕ (highest bit of key[i], others of key[i + 1]) ≫ 1 ⊕ (key[i + 1] odd ? 0x9908b0df : 0)
        set(1, load(get(0), 4)),
        set(
          2,
          bits.xor(
            bits.xor(
              i32x4.shrU(bits.select(load(get(0)), get(1), get(3)), int(1)),
              load(get(0), 1588),
            ),
            bits.and(i32x4.shr(i32x4.shl(get(1), int(31)), int(31)), get(4)),
          ),
        ),
        store(get(0), get(2), NEXT),
        set(2, bits.xor(get(2), i32x4.shrU(get(2), int(11)))),
        set(2, bits.xor(get(2), bits.and(i32x4.shl(get(2), int(7)), get(5)))),
        set(2, bits.xor(get(2), bits.and(i32x4.shl(get(2), int(15)), get(6)))),
        store(get(0), bits.xor(get(2), i32x4.shrU(get(2), int(18))), WORDS),
      ],
      below(tee(0, add(get(0), int(16))), int(NEXT)),
    ),
  ],
}

// Locals of g; the first two are its parameters.
const P = 0
const MOST = 1
const AT = 2
const END = 3
const X = 4
const R = 5
const BITS = 6
const M = 7
const I = 8
const K = 9
const F = 10
const S = 11
const Z = 12
const W = 13
const T = 14
const SPECIAL = 15

/** Constants are set once, in front of the loops, in locals of their own: the engine would make them anew at every step. */
const constants: Code[] = []
const constant = (value: Code): Code => {
  const known = constants.findIndex((one) => String(one) === String(value))
  return get(SPECIAL + 1 + (known < 0 ? constants.push(value) - 1 : known))
}
const c = (value: number) => constant(f64x2.splat(value))
const n = (value: number) => constant(i64x2.splat(BigInt(value)))
const { add: plus, sub: minus, mul: times, div } = f64x2
/** Lg1, Lg3, Lg5, Lg7 and Lg2, Lg4, Lg6 of e_log.c. */
const ODD = [0.6666666666666735, 0.2857142874366239, 0.1818357216161805, 0.14798198605116586]
const EVEN = [0.3999999999940942, 0.22222198432149784, 0.15313837699209373]
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

/** a₀ + x (a₁ + x (a₂ + …)) */
function polynomial(x: Code, [first, ...others]: readonly number[]): Code {
  return others.length === 0 ? c(first!) : plus(c(first!), times(x, polynomial(x, others)))
}

const gaussianLoops: Code[] = [
  repeat(
    [
      set(X, load(get(P), WORDS)),
      // (a · 2^26 + b) / 2^53 from the words a and b of each double, then 2 u − 1
      set(
        X,
        minus(
          times(
            times(
              plus(
                times(
                  f64x2.convertU(i32x4.shrU(bits.shuffle([0, 2, 0, 2])(get(X), get(X)), int(5))),
                  c(67108864),
                ),
                f64x2.convertU(i32x4.shrU(bits.shuffle([1, 3, 1, 3])(get(X), get(X)), int(6))),
              ),
              c(1.1102230246251565e-16),
            ),
            c(2),
          ),
          c(1),
        ),
      ),
      store(get(AT), bits.shuffle([2, 3, 0, 1])(get(X), get(X)), POINTS),
      set(R, times(get(X), get(X))),
      set(R, plus(get(R), bits.shuffle([2, 3, 0, 1])(get(R), get(R)))),
      storeReal(shiftRight(get(AT), int(1)), f64x2.lane(0)(get(R)), RADII),
      set(
        AT,
        add(
          get(AT),
          shiftLeft(
            and(
              realBelow(f64x2.lane(0)(get(R)), real(1)),
              realBelow(real(0), f64x2.lane(0)(get(R))),
            ),
            int(4),
          ),
        ),
      ),
      set(P, add(get(P), int(16))),
    ],
    and(below(get(AT), get(MOST)), below(get(P), int(NEXT - 15))),
  ),
  set(END, get(AT)),
  set(AT, int(0)),
  repeat(
    [
      set(R, load(shiftRight(get(AT), int(1)), RADII)),
      set(BITS, i64x2.shrU(get(R), int(32))),
      set(M, bits.and(get(BITS), n(0xfffff))),
      set(I, bits.and(i64x2.add(get(M), n(0x95f64)), n(0x100000))),
      set(
        K,
        i64x2.sub(i64x2.add(i64x2.shrU(get(BITS), int(20)), i64x2.shrU(get(I), int(20))), n(1023)),
      ),
      set(K, f64x2.convert(bits.shuffle([0, 2, 0, 2])(get(K), get(K)))),
      set(
        F,
        minus(
          bits.or(
            i64x2.shl(bits.or(get(M), bits.xor(get(I), n(0x3ff00000))), int(32)),
            bits.and(get(R), n(0xffffffff)),
          ),
          c(1),
        ),
      ),
      set(
        SPECIAL,
        bits.or(get(SPECIAL), i64x2.lessThan(bits.and(i64x2.add(get(M), n(2)), n(0xfffff)), n(3))),
      ),
      set(S, div(get(F), plus(c(2), get(F)))),
      set(Z, times(get(S), get(S))),
      set(W, times(get(Z), get(Z))),
      // R(s) in T
      set(T, plus(times(get(Z), polynomial(get(W), ODD)), times(get(W), polynomial(get(W), EVEN)))),
      // half of f² in Z; in W s (f²/2 + R) where the fraction lies between the bounds, else s (f − R)
      set(Z, times(times(c(0.5), get(F)), get(F))),
      set(
        M,
        i64x2.greaterThan(
          bits.or(i64x2.sub(get(M), n(0x6147a)), i64x2.sub(n(0x6b851), get(M))),
          n(0),
        ),
      ),
      set(
        T,
        bits.select(
          minus(get(Z), plus(times(get(S), plus(get(Z), get(T))), times(get(K), c(LN2_LOW)))),
          minus(times(get(S), minus(get(F), get(T))), times(get(K), c(LN2_LOW))),
          get(M),
        ),
      ),
      set(T, minus(times(get(K), c(LN2_HIGH)), minus(get(T), get(F)))),
      set(T, f64x2.sqrt(div(times(c(-2), get(T)), get(R)))),
      store(
        get(AT),
        times(load(get(AT), POINTS), bits.shuffle([0, 1, 0, 1])(get(T), get(T))),
        GAUSSIANS,
      ),
      store(
        get(AT),
        times(load(get(AT), POINTS + 16), bits.shuffle([2, 3, 2, 3])(get(T), get(T))),
        GAUSSIANS + 16,
      ),
      set(AT, add(get(AT), int(32))),
    ],
    below(get(AT), get(END)),
  ),
  or(or(shiftLeft(get(P), int(16)), get(END)), bits.any(get(SPECIAL))),
]

const gaussians = {
  name: 'g',
  params: 2,
  returns: true,
  locals: [I32, I32, ...new Array(12 + constants.length).fill(V128)],
  code: [...constants.map((value, k) => set(SPECIAL + 1 + k, value)), ...gaussianLoops],
}

export const randomKernel = assemble([refill, gaussians], 1)
