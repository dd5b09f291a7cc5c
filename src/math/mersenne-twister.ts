/**
 * The generator MT19937 (M. Matsumoto, T. Nishimura: Mersenne Twister, ACM TOMACS 8 (1998) 3–30): its key of 624 words, how
 * a seed fills it, and how the next 624 words come from it. Seeds fill the key as in NumPy's `RandomState(seed)`.
 *
 * `random-kernel.ts` makes the same words four at a time, ten times faster, where the engine can.
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
