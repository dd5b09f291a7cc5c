/**
 * The generator MT19937 (M. Matsumoto, T. Nishimura: Mersenne Twister, ACM TOMACS 8 (1998) 3–30): its key of 624 words, how
 * a seed fills it, and how the next 624 words come from it. Seeds fill the key as in NumPy's `RandomState(seed)`.
 *
 * Four words at a time where the engine runs WebAssembly with 128-bit vectors (ten times faster), one by one elsewhere:
 * the words are the same.
 */

/** Words in a key. */
export const WORDS = 624

/** Fills the key from one integer. */
export function seedByNumber(key: Int32Array, seed: number): void {
  // k[i] = 1812433253 · (k[i−1] ⊕ (k[i−1] ≫ 30)) + i
  key[0] = seed
  for (let i = 1; i < WORDS; i++) {
    const before = key[i - 1]!
    key[i] = Math.imul(before ^ (before >>> 30), 1812433253) + i
  }
}

/** Fills the key from several integers, in their order. */
export function seedByArray(key: Int32Array, seeds: readonly number[]): void {
  seedByNumber(key, 19650218)
  let i = 1
  const step = (factor: number, add: number): void => {
    const before = key[i - 1]!
    key[i] = (key[i]! ^ Math.imul(before ^ (before >>> 30), factor)) + add
    if (++i === WORDS) {
      key[0] = key[WORDS - 1]!
      i = 1
    }
  }
  for (let k = 0; k < Math.max(WORDS, seeds.length); k++) {
    const j = k % seeds.length
    step(1664525, seeds[j]! + j)
  }
  for (let k = 1; k < WORDS; k++) step(1566083941, -i)
  key[0] = 0x80000000
}

/**
 * Loop over the key k (byte 0) that writes the next key (byte 2496) and its tempered form (byte 4992), exported as `r`
 * beside the memory `m`; made by tools/twister-kernel.ts.
 */
const KERNEL =
  'AGFzbQEAAAABBAFgAAADAgEABQMBAAEHCQIBbQIAAXIAAAq3AQG0AQIBfwZ7QYCAgIB4/REhA0Hf4aLIef0RIQRBgK2x6Xn9ESEFQYCAmP5+/REhBgNAIAAgAP0AAgAgAP0AAgQiASAD/VJBAf2tASAA/QACtAz9USABQR/9qwFBH/2sASAE/U79USIC/QsCwBMgACACIAJBC/2tAf1RIgIgAkEH/asBIAX9Tv1RIgIgAkEP/asBIAb9Tv1RIgIgAkES/a0B/VH9CwKAJyAAQRBqIgBBwBNJDQALCw=='

type Refill = (key: Int32Array, words: Int32Array) => void

let fastest: Refill | undefined

/** Makes the next 624 words of `key`, and their tempered forms in `words`. */
export function refill(key: Int32Array, words: Int32Array): void {
  fastest ??= vectorRefill() ?? plainRefill
  fastest(key, words)
}

/** Four words at a time; `undefined` where WebAssembly or its vectors are lacking or forbidden. */
export function vectorRefill(): Refill | undefined {
  try {
    const code = Uint8Array.from(atob(KERNEL), (byte) => byte.charCodeAt(0))
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code))
    const { m, r } = exports as { m: WebAssembly.Memory; r: () => void }
    const [now, next, tempered] = [0, 2496, 4992].map((at) => new Int32Array(m.buffer, at, WORDS))
    return (key, words) => {
      now!.set(key)
      r()
      key.set(next!)
      words.set(tempered!)
    }
  } catch {
    return undefined
  }
}

/** One word after the other. */
export function plainRefill(key: Int32Array, words: Int32Array): void {
  for (let i = 0; i < WORDS; i++) {
    const word = key[(i + 397) % WORDS]! ^ twisted(key[i]!, key[(i + 1) % WORDS]!)
    key[i] = word
    words[i] = tempered(word)
  }
}

/** (y ≫ 1) ⊕ (y odd ? 0x9908b0df : 0), y = the highest bit of `here` and the others of `next`. */
function twisted(here: number, next: number): number {
  return (((here & 0x80000000) | (next & 0x7fffffff)) >>> 1) ^ (-(next & 1) & 0x9908b0df)
}

/** A word of the key as it leaves the generator. */
export function tempered(word: number): number {
  let y = word ^ (word >>> 11)
  y ^= (y << 7) & 0x9d2c5680
  y ^= (y << 15) & 0xefc60000
  return y ^ (y >>> 18)
}
