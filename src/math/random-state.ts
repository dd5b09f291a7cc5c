/**
 * Random streams, number for number those of NumPy's legacy `RandomState`: the Mersenne Twister MT19937.
 *
 * 1. The key of 624 words comes from an integer seed (multiplier 1812433253) or, for several integers, from
 *    `init_by_array`, as in `numpy.random.RandomState(seed)`.
 * 2. A block of 624 words is twisted and tempered at once; every draw takes its words from that block.
 * 3. A double takes two words (53 bits), an integer one word for each try (masked rejection), a gaussian two doubles for
 *    each try of Marsaglia's polar method, which makes two gaussians: the second is kept for the next call.
 *
 * G. Marsaglia, T. A. Bray: A convenient method for generating normal variables, SIAM Review 6 (1964) 260–264.
 *
 * Integers and uniforms equal NumPy's in every bit. Gaussians may differ in the last bit, where `Math.log` differs from C's.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import { plainRefill, seedByArray, seedByNumber, tempered, WORDS } from './mersenne-twister.ts'
import { startRandomKernel } from './random-kernel.ts'

/** An array of numbers that a stream can fill or shuffle in place. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | number[]

/** The state of a stream as JSON. */
export interface RandomStateData {
  readonly algorithm: 'MT19937'
  /** 624 words of 32 bits. */
  readonly key: readonly number[]
  /** Words of the current block that are used up, 0 to 624. */
  readonly position: number
  /** The gaussian that is kept for the next call. */
  readonly gauss: number | null
}

/** The largest word. */
const WORD = 2 ** 32 - 1
const MOST_DRAWS = 2 ** 31 - 1

/** A continued stream of random numbers. */
export class RandomState {
  /** The twisted words. */
  readonly #key = new Int32Array(WORDS)
  /** The same words, tempered. */
  readonly #words = new Int32Array(WORDS)
  #position = WORDS
  #gauss: number | null = null

  /**
   * @param seed an integer from 0 to 2³² − 1, or a non-empty array of such integers.
   * @throws OptionError for any other seed: nothing is rounded or cut off.
   */
  constructor(seed: number | readonly number[]) {
    if (typeof seed === 'number') {
      seedByNumber(this.#key, check('seed', seed, WORD))
    } else {
      if (seed.length === 0) check('seed', NaN, WORD)
      seedByArray(
        this.#key,
        seed.map((one) => check('seed', one, WORD)),
      )
    }
  }

  /** A stream that goes on where the saved one stood. Throws a DataError if `data` is no such state. */
  static fromJSON(data: RandomStateData): RandomState {
    const { algorithm, key, position, gauss } = data
    const sound =
      algorithm === 'MT19937' &&
      Array.isArray(key) &&
      key.length === WORDS &&
      key.every((word) => isWhole(word, WORD)) &&
      isWhole(position, WORDS) &&
      (gauss === null || Number.isFinite(gauss))
    if (!sound) {
      throw new DataError({
        where: 'RandomState.fromJSON, data',
        got: `algorithm ${algorithm}, ${key?.length} words, position ${position}, gauss ${gauss}`,
        expected: 'the state of an MT19937 stream: 624 words of 32 bits and a position up to 624',
        remedy: 'Hand in what RandomState.toJSON returned, unchanged.',
      })
    }
    const stream = new RandomState(0)
    stream.#key.set(key)
    stream.#position = position
    stream.#gauss = gauss
    stream.#words.set(stream.#key.map(tempered))
    return stream
  }

  /** The state, to be saved and handed to `fromJSON`. */
  toJSON(): RandomStateData {
    return {
      algorithm: 'MT19937',
      key: Array.from(this.#key, (word) => word >>> 0),
      position: this.#position,
      gauss: this.#gauss,
    }
  }

  /** A second stream with the same future. */
  clone(): RandomState {
    const copy = new RandomState(0)
    copy.setState(this)
    return copy
  }

  /** Goes on from where `other` stands; `other` stays as it is. */
  setState(other: RandomState): void {
    this.#key.set(other.#key)
    this.#words.set(other.#words)
    this.#position = other.#position
    this.#gauss = other.#gauss
  }

  /** One double, uniform in [0, 1). */
  randomSample(): number {
    const a = this.#next()
    return double(a, this.#next())
  }

  /** Fills `out[from … to − 1]` with doubles, uniform in [0, 1). */
  randomSampleInto(out: Float64Array, from = 0, to = out.length): void {
    let i = from
    while (i < to) {
      if (this.#position === WORDS) this.#refill()
      const words = this.#words
      let p = this.#position
      for (const end = Math.min(to, i + ((WORDS - p) >> 1)); i < end; p += 2) {
        out[i++] = double(words[p]!, words[p + 1]!)
      }
      this.#position = p
      if (p === WORDS - 1 && i < to) out[i++] = this.randomSample()
    }
  }

  /** One double, uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.randomSample()
  }

  /** One integer from `low` to `high − 1`. A range of one value draws nothing. Throws an OptionError for an empty range or one over 2³². */
  randint(low: number, high: number): number {
    return low + this.#below(checkRange(low, high))
  }

  /** Fills `out` with integers from `low` to `high − 1`; its type must hold them. */
  randintInto(out: NumberArray, low: number, high: number): void {
    const last = checkRange(low, high)
    if (last === 0) {
      out.fill(low)
      return
    }
    const mask = maskFor(last)
    const n = out.length
    const words = this.#words
    for (let i = 0; i < n; ) {
      if (this.#position === WORDS) this.#refill()
      let p = this.#position
      while (p < WORDS && i < n) {
        const value = (words[p++]! & mask) >>> 0
        if (value <= last) out[i++] = low + value
      }
      this.#position = p
    }
  }

  /** One gaussian with the given mean and standard deviation. */
  normal(mean = 0, deviation = 1): number {
    const kept = this.#gauss
    if (kept !== null) {
      this.#gauss = null
      return mean + deviation * kept
    }
    // x1, x2 uniform in the unit disc, r² = x1² + x2²: x1·f and x2·f are gaussian with f = √(−2 ln r² / r²).
    let x1: number
    let x2: number
    let r2: number
    do {
      x1 = 2 * this.randomSample() - 1
      x2 = 2 * this.randomSample() - 1
      r2 = x1 * x1 + x2 * x2
    } while (r2 >= 1 || r2 === 0)
    const f = Math.sqrt((-2 * Math.log(r2)) / r2)
    this.#gauss = f * x1
    return mean + deviation * (f * x2)
  }

  /** Fills `out[from … to − 1]` with gaussians of mean 0 and deviation 1. */
  standardNormalInto(out: Float64Array, from = 0, to = out.length): void {
    let i = from
    if (i < to && this.#gauss !== null) out[i++] = this.normal()
    while (i + 1 < to) {
      if (this.#position <= WORDS - 4) {
        const [position, made] = loops().gaussians(this.#words, this.#position, out, i, to)
        this.#position = position
        i += made
      } else {
        out[i++] = this.normal()
        out[i++] = this.normal()
      }
    }
    if (i < to) out[i] = this.normal()
  }

  /** The integers 0 … n − 1 in random order. */
  permutation(n: number): Int32Array {
    const out = new Int32Array(check('permutation, n', n, MOST_DRAWS))
    this.permutationInto(out)
    return out
  }

  /** Fills `out` with the integers 0 … out.length − 1 in random order. */
  permutationInto(out: NumberArray): void {
    for (let i = 0; i < out.length; i++) out[i] = i
    if (out instanceof Int32Array) this.#shuffleIntegers(out)
    else this.shuffleInPlace(out)
  }

  /** Puts the values into random order: Fisher–Yates from the end. */
  shuffleInPlace<Values extends NumberArray | unknown[]>(values: Values): void {
    const items = values as unknown[]
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#below(i)
      const kept = items[i]
      items[i] = items[j]
      items[j] = kept
    }
  }

  /**
   * `shuffleInPlace` for the type that hot loops use, the same draws. A refused word exchanges value i with itself and
   * leaves i as it is: no branch, which would be guessed wrong every fourth time.
   */
  #shuffleIntegers(values: Int32Array): void {
    const words = this.#words
    let i = values.length - 1
    while (i > 0) {
      if (this.#position === WORDS) this.#refill()
      let p = this.#position
      while (p < WORDS && i > 0) {
        const drawn = words[p++]! & (-1 >>> Math.clz32(i))
        // −1 for a word that is refused, else 0.
        const refused = (i - drawn) >> 31
        const j = drawn + ((i - drawn) & refused)
        const kept = values[i]!
        values[i] = values[j]!
        values[j] = kept
        i -= 1 + refused
      }
      this.#position = p
    }
  }

  /** `size` integers from 0 to n − 1, repeats allowed. */
  choice(n: number, size: number): Int32Array {
    const out = new Int32Array(check('choice, size', size, MOST_DRAWS))
    this.randintInto(out, 0, n)
    return out
  }

  /** k different integers from 0 to n − 1: the first k of `permutation(n)`. */
  choiceWithoutReplacement(n: number, k: number): Int32Array {
    return this.permutation(n).slice(0, check('choiceWithoutReplacement, k', k, n))
  }

  /** `size` integers, i with a probability in proportion to `weights[i]`. Throws an OptionError for negative weights or a sum of 0. */
  choiceWeighted(weights: ArrayLike<number>, size: number): Int32Array {
    const out = new Int32Array(check('choiceWeighted, size', size, MOST_DRAWS))
    this.choiceWeightedInto(out, weights)
    return out
  }

  /** Fills `out` as `choiceWeighted` does. */
  choiceWeightedInto(out: NumberArray, weights: ArrayLike<number>): void {
    const cdf = cumulate(weights)
    // searchsorted(cdf, u, 'right') = the first i with cdf[i] > u. The upper 8 bits of u tell it unless a bound lies there.
    const first = new Int32Array(257)
    for (let slot = 0, i = 0; slot < 257; slot++) {
      while (cdf[i]! <= slot / 256) i++
      first[slot] = i
    }
    const words = this.#words
    for (let j = 0; j < out.length; ) {
      if (this.#position === WORDS) this.#refill()
      let p = this.#position
      for (; p + 1 < WORDS && j < out.length; p += 2) {
        const slot = words[p]! >>> 24
        let i = first[slot]!
        if (i !== first[slot + 1]) {
          const u = double(words[p]!, words[p + 1]!)
          while (cdf[i]! <= u) i++
        }
        out[j++] = i
      }
      this.#position = p
      if (p === WORDS - 1 && j < out.length) {
        const u = this.randomSample()
        out[j++] = cdf.findIndex((bound) => bound > u)
      }
    }
  }

  /** An integer from 0 to `last`: words are masked to its bits until one is not above it. */
  #below(last: number): number {
    if (last === 0) return 0
    const mask = maskFor(last)
    for (;;) {
      const value = (this.#next() & mask) >>> 0
      if (value <= last) return value
    }
  }

  /** The next word, as a signed integer. */
  #next(): number {
    if (this.#position === WORDS) this.#refill()
    return this.#words[this.#position++]!
  }

  #refill(): void {
    loops().refill(this.#key, this.#words)
    this.#position = 0
  }
}

/**
 * The stream of instance `index` in a batch: `RandomState([seed, index])`. It depends on nothing else, so results are the
 * same for any number of workers.
 */
export function derive(seed: number, index: number): RandomState {
  return new RandomState([seed, index])
}

let fastest: ReturnType<typeof startRandomKernel>

/** The hot loops in WebAssembly where that runs, else in JavaScript: bit for bit the same numbers. */
function loops(): NonNullable<ReturnType<typeof startRandomKernel>> {
  fastest ??= startRandomKernel(plainGaussians) ?? {
    refill: plainRefill,
    gaussians: plainGaussians,
  }
  return fastest
}

/** The polar method of `normal`, as `Gaussians` says, in JavaScript. */
export function plainGaussians(
  words: Int32Array,
  position: number,
  out: Float64Array,
  from: number,
  to: number,
): readonly [position: number, made: number] {
  // First all points in the disc, without a branch that would be guessed wrong every fifth time (a point that is refused is
  // written over), then their factors.
  let p = position
  let i = from
  for (; i + 1 < to && p <= WORDS - 4; p += 4) {
    const x1 = 2 * double(words[p]!, words[p + 1]!) - 1
    const x2 = 2 * double(words[p + 2]!, words[p + 3]!) - 1
    out[i] = x2
    out[i + 1] = x1
    i += (2 >> (x1 * x1 + x2 * x2)) & 2
  }
  for (let k = from; k < i; k += 2) {
    const x2 = out[k]!
    const x1 = out[k + 1]!
    const r2 = x1 * x1 + x2 * x2
    const f = Math.sqrt((-2 * Math.log(r2)) / r2)
    out[k] = f * x2
    out[k + 1] = f * x1
  }
  return [p, i - from]
}

/** (a · 2^26 + b) / 2^53 with a the upper 27 bits of one word, b the upper 26 of the next. */
function double(first: number, second: number): number {
  return ((first >>> 5) * 67108864 + (second >>> 6)) * 1.1102230246251565e-16
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most
}

/** `value`; throws an OptionError unless it is an integer from 0 to `most`. */
function check(name: string, value: number, most: number): number {
  if (isWhole(value, most)) return value
  throw new OptionError({
    where: `RandomState, ${name}`,
    got: String(value),
    expected: `an integer from 0 to ${most}`,
    remedy: 'Nothing is rounded or cut off.',
  })
}

function checkRange(low: number, high: number): number {
  const last = high - 1 - low
  if (Number.isSafeInteger(low) && Number.isSafeInteger(high) && last >= 0 && last <= WORD) {
    return last
  }
  throw new OptionError({
    where: 'RandomState.randint, low and high',
    got: `${low} and ${high}`,
    expected: 'integers with low < high and at most 2^32 values between them',
    remedy: 'high is exclusive: randint(0, 2) gives 0 and 1.',
  })
}

/** Cumulative sums divided by the last of them, added in order as `cumsum` does. */
function cumulate(weights: ArrayLike<number>): Float64Array {
  const n = weights.length
  const cdf = new Float64Array(n)
  let total = 0
  let sound = true
  for (let i = 0; i < n; i++) {
    sound &&= weights[i]! >= 0
    total += weights[i]!
    cdf[i] = total
  }
  if (!sound || !(total > 0 && total < Infinity)) {
    throw new OptionError({
      where: 'RandomState.choiceWeighted, weights',
      got: `${n} weights with the sum ${total}${sound ? '' : ', some negative or not a number'}`,
      expected: 'weights of 0 or more with a positive, finite sum',
      remedy: 'Hand in probabilities or counts.',
    })
  }
  for (let i = 0; i < n; i++) cdf[i] = cdf[i]! / total
  return cdf
}

/** The smallest 2^k − 1 that is not below `last` > 0. */
function maskFor(last: number): number {
  return -1 >>> Math.clz32(last)
}
