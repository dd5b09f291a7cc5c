/**
 * Gaussians of NumPy's newer generator, bit for bit: `numpy.random.default_rng(seed).standard_normal(n)`.
 *
 * 1. SeedSequence: the words of the seed are hashed into a pool of four words, from which eight more are drawn (M. E. O'Neill).
 * 2. PCG64: state ← state · multiplier + increment (mod 2¹²⁸), output XSL-RR (O'Neill: PCG, HMC-CS-2014-0905). The state is held
 *    in four limbs of 32 bits.
 * 3. The ziggurat of 256 layers (G. Marsaglia, W. W. Tsang: The ziggurat method, J. Stat. Softw. 5 (2000) 8): layers of equal area
 *    v below exp(−x²/2), the tail beyond r by Marsaglia's two exponentials.
 *
 * NumPy's table of layers was once made in double precision, where the recursion loses a few bits. Each layer is computed here from
 * the one before, and its last six bits are then set to NumPy's, so that every JavaScript engine has the same table. Where a sample
 * takes a logarithm (one of 3,900, in the tail) the last bit may differ.
 */
import { OptionError } from '../contract/errors.ts'

/**
 * `numpy.random.default_rng(seed).standard_normal(n)`.
 *
 * @param seed an integer from 0 to 2⁵³ − 1; anything else is an OptionError.
 * @param n how many.
 */
export function pcg64Normals(seed: number, n: number): Float64Array {
  const generator = pcg64(seed)
  const { width, height, inside } = ziggurat()
  const out = new Float64Array(n)
  for (let i = 0; i < n; ) {
    next(generator)
    const low = generator[LOW]!
    const layer = low & 255
    const bits = (generator[HIGH]! & 0x1fffffff) * 8388608 + (low >>> 9)
    const size = bits * width[layer]!
    const x = low & 256 ? -size : size
    if (bits < inside[layer]!) {
      out[i++] = x
    } else if (layer > 0) {
      // Between the layer's box and the curve: (f[l−1] − f[l]) u + f[l] < exp(−x²/2)
      const base = height[layer]!
      if ((height[layer - 1]! - base) * unit(generator) + base < Math.exp(-0.5 * x * x)) {
        out[i++] = x
      }
    } else {
      out[i++] = bits & 256 ? -tail(generator) : tail(generator)
    }
  }
  return out
}

/** Four limbs of the state and four of the increment, lowest first, then the two halves of the last output. */
type Generator = Uint32Array
const LOW = 8
const HIGH = 9

/** The next double in [0, 1). */
function unit(generator: Generator): number {
  next(generator)
  return (generator[HIGH]! * 2097152 + (generator[LOW]! >>> 11)) / 2 ** 53
}

/** A gaussian beyond r: r + x with x = −ln(1 − u₁) / r, y = −ln(1 − u₂), as soon as 2y > x². */
function tail(generator: Generator): number {
  for (;;) {
    const x = -INVERSE_RADIUS * Math.log1p(-unit(generator))
    const y = -Math.log1p(-unit(generator))
    if (y + y > x * x) return RADIUS + x
  }
}

/** A generator as `numpy.random.PCG64(seed)` starts it. */
function pcg64(seed: number): Generator {
  const generator = new Uint32Array(10)
  // SeedSequence gives 64-bit words w, each low half first: start = w[0] · 2^64 + w[1], increment = 2 (w[2] · 2^64 + w[3]) + 1.
  const words = seedWords(seed)
  const start = [words[2]!, words[3]!, words[0]!, words[1]!]
  const stream = [words[6]!, words[7]!, words[4]!, words[5]!]
  for (let i = 0; i < 4; i++) {
    generator[4 + i] = (stream[i]! << 1) | (i === 0 ? 1 : stream[i - 1]! >>> 31)
  }
  advance(generator)
  let carry = 0
  for (let i = 0; i < 4; i++) {
    carry += generator[i]! + start[i]!
    generator[i] = carry
    carry = Math.floor(carry / 2 ** 32)
  }
  advance(generator)
  return generator
}

/** One step, and the output XSL-RR: the upper half of the state ⊕ the lower, rotated right by the upper six bits. */
function next(generator: Generator): void {
  advance(generator)
  const top = generator[3]!
  const upper = top ^ generator[1]!
  const lower = generator[2]! ^ generator[0]!
  const turn = top >>> 26
  const x = turn < 32 ? upper : lower
  const y = turn < 32 ? lower : upper
  // A shift by 32 is one by 0 in JavaScript: (z << 1) << (31 − turn) is z << (32 − turn) for every turn.
  generator[HIGH] = (x >>> turn) | ((y << 1) << (31 - turn))
  generator[LOW] = (y >>> turn) | ((x << 1) << (31 - turn))
}

/** state ← state · m + increment (mod 2¹²⁸), m = 0x2360ed05 1fc65da4 4385df64 9fccf645. */
function advance(g: Generator): void {
  const s0 = g[0]!
  const s1 = g[1]!
  const s2 = g[2]!
  const s3 = g[3]!
  const r0 = (Math.imul(s0, 0x9fccf645) >>> 0) + g[4]!
  const r1 =
    upper32(s0, 0xf645, 0x9fcc) +
    (Math.imul(s0, 0x4385df64) >>> 0) +
    (Math.imul(s1, 0x9fccf645) >>> 0) +
    g[5]! +
    (r0 >= 4294967296 ? 1 : 0)
  const r2 =
    upper32(s0, 0xdf64, 0x4385) +
    upper32(s1, 0xf645, 0x9fcc) +
    (Math.imul(s0, 0x1fc65da4) >>> 0) +
    (Math.imul(s1, 0x4385df64) >>> 0) +
    (Math.imul(s2, 0x9fccf645) >>> 0) +
    g[6]! +
    Math.floor(r1 / 4294967296)
  g[3] =
    upper32(s0, 0x5da4, 0x1fc6) +
    upper32(s1, 0xdf64, 0x4385) +
    upper32(s2, 0xf645, 0x9fcc) +
    Math.imul(s0, 0x2360ed05) +
    Math.imul(s1, 0x1fc65da4) +
    Math.imul(s2, 0x4385df64) +
    Math.imul(s3, 0x9fccf645) +
    g[7]! +
    Math.floor(r2 / 4294967296)
  g[0] = r0
  g[1] = r1
  g[2] = r2
}

/** The upper 32 bits of x (2^16 high + low); both products stay below 2^53. */
function upper32(x: number, low: number, high: number): number {
  return Math.floor((x * high + Math.floor((x * low) / 65536)) / 65536)
}

/** Eight words from NumPy's SeedSequence. */
function seedWords(seed: number): Uint32Array {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new OptionError({
      where: 'pcg64Normals, seed',
      got: String(seed),
      expected: 'an integer from 0 to 2^53 - 1',
      remedy: 'Any fixed integer will do, for example 42.',
    })
  }
  let constant = 0x43b0d7e5
  const hash = (word: number): number => {
    const mixed = word ^ constant
    constant = Math.imul(constant, 0x931e8875)
    const value = Math.imul(mixed, constant)
    return value ^ (value >>> 16)
  }
  const mix = (x: number, y: number): number => {
    const value = Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)
    return value ^ (value >>> 16)
  }
  const pool = [seed | 0, seed / 2 ** 32, 0, 0].map(hash)
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!))
    }
  }
  constant = 0x8b51f9dd
  return Uint32Array.from({ length: 8 }, (_, i) => {
    const mixed = pool[i % 4]! ^ constant
    constant = Math.imul(constant, 0x58f38ded)
    const value = Math.imul(mixed, constant)
    return value ^ (value >>> 16)
  })
}

/** r, where the tail begins, its inverse, and v, the area of a layer. */
const RADIUS = 3.654152885361009
const INVERSE_RADIUS = 0.27366123732975828
const AREA = 0.004928673233974651

/** Layers 254 … 2: the last six bits of NumPy's x, as characters from `?` on. */
const LAST_BITS =
  'pYjUSsKrsqBiK}XZA@Af{TSYteyI?bbmtVQwm_cm@@xSMk`rzlt@uRoGCSVg}FjFtJD~Agl`hyGIdGu[vModbF_mvOjVD[l_Bam{fB?ZYuMG|cGZQIPk' +
  '~pmI{FNf[BlD|Tu^fzHRH^[EjSQzpvqJaBwR|XSwGNYaD[\\nu\\c\\sB_BciT`oVMRYZ~z^h^mJGs]@}mj~RJO{YkkmGeM?}RBOGJ`rqyh[oXkEiWY' +
  'vBveo|iUsfTnt?tvBlBsv{K`s'

interface Ziggurat {
  /** x[layer] / 2⁵² */
  readonly width: Float64Array
  /** exp(−x[layer]² / 2) */
  readonly height: Float64Array
  /** Below it, 52 random bits give a point that certainly lies under the curve. */
  readonly inside: Float64Array
}

let layers: Ziggurat | undefined

function ziggurat(): Ziggurat {
  if (layers) return layers
  const x = new Float64Array(256)
  const view = new DataView(new ArrayBuffer(8))
  x[255] = RADIUS
  for (let i = 254; i > 1; i--) {
    // x[i] = √(−2 ln(v / x[i+1] + exp(−x[i+1]² / 2)))
    const outer = x[i + 1]!
    view.setFloat64(0, Math.sqrt(-2 * Math.log(AREA / outer + Math.exp(-0.5 * outer * outer))))
    const computed = view.getInt32(4)
    const wanted = LAST_BITS.charCodeAt(254 - i) - 63
    view.setInt32(4, computed + (((wanted - computed) << 26) >> 26))
    x[i] = view.getFloat64(0)
  }
  // The recursion is at its weakest for the innermost layer, so it stands here, as does x[0] = v / exp(−r² / 2).
  x[1] = 0.21524189598488003
  x[0] = 3.910757959524912
  const height = x.map((edge, i) => (i === 0 ? 1 : Math.exp(-0.5 * edge * edge)))
  const inside = x.map((edge, i) =>
    i === 1 ? 0 : Math.round((x[(i + 255) % 256]! / edge) * 2 ** 52),
  )
  layers = { width: x.map((edge) => edge / 2 ** 52), height, inside }
  return layers
}
