/**
 * The inner loops of the random stream in WebAssembly: the twist of MT19937 and the polar method. Their memory layout
 * stands in `tools/kernels/random.ts`, which makes the code.
 */
import { type KernelExports, startKernel } from './web-assembly.ts'

const CODE =
  'AGFzbQEAAAABCgJgAABgAn9/AX8DAwIAAQUDAQABBw0DAW0CAAFyAAABZwABCpAKAsgBBwF/AXsBewF7AXsBewF7QYCAgIB4/REhA0Hf4aLIef0RIQRBgK2x6Xn9ESEFQYCAmP5+/REhBgNAIAD9AAIEIQEgAP0AAgAgASAD/VJBAf2tASAA/QACtAz9USABQR/9qwFBH/2sASAE/U79USECIAAgAv0LAsATIAIgAkEL/a0B/VEhAiACIAJBB/2rASAF/U79USECIAIgAkEP/asBIAb9Tv1RIQIgACACIAJBEv2tAf1R/QsCgCcgAEEQaiIAQcATSQ0ACwvDCCgBfwF/AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBewF7AXsBe0QAAAAAAACQQf0UIRBEAAAAAAAAoDz9FCERRAAAAAAAAABA/RQhEkQAAAAAAADwP/0UIRNC//8//RIhFELkviX9EiEVQoCAwAD9EiEWQv8H/RIhF0KAgMD/A/0SIRhC/////w/9EiEZQgL9EiEaQgP9EiEbRJNVVVVVVeU//RQhHERZkyKUJEnSP/0UIR1E3gPLlmRGxz/9FCEeRERSPt8S8cI//RQhH0QE+peZmZnZP/0UISBEr3iOHcVxzD/9FCEhRJ/GeNAJmsM//RQhIkQAAAAAAADgP/0UISNC+qgY/RIhJELR8Br9EiElQgD9EiEmRHY8eTXvOeo9/RQhJ0QAAOD+Qi7mP/0UIShEAAAAAAAAAMD9FCEpA0AgAP0AAoAnIQQgBCAE/Q0AAQIDCAkKCwABAgMICQoLQQX9rQH9/wEgEP3yASAEIAT9DQQFBgcMDQ4PBAUGBwwNDg9BBv2tAf3/Af3wASAR/fIBIBL98gEgE/3xASEEIAIgBCAE/Q0ICQoLDA0ODwABAgMEBQYH/QsCwDogBCAE/fIBIQUgBSAFIAX9DQgJCgsMDQ4PAAECAwQFBgf98AEhBSACQQF2IAX9IQA5A6BOIAIgBf0hAEQAAAAAAADwP2NEAAAAAAAAAAAgBf0hAGNxQQR0aiECIABBEGohACACIAFJIABBsRNJcQ0ACyACIQNBACECA0AgAkEBdv0AAqBOIQUgBUEg/c0BIQYgBiAU/U4hByAHIBX9zgEgFv1OIQggBkEU/c0BIAhBFP3NAf3OASAX/dEBIQkgCSAJ/Q0AAQIDCAkKCwABAgMICQoL/f4BIQkgByAIIBj9Uf1QQSD9ywEgBSAZ/U79UCAT/fEBIQogDyAHIBr9zgEgFP1OIBv92AH9UCEPIAogEiAK/fAB/fMBIQsgCyAL/fIBIQwgDCAM/fIBIQ0gDCAcIA0gHSANIB4gDSAf/fIB/fAB/fIB/fAB/fIB/fAB/fIBIA0gICANICEgDSAi/fIB/fAB/fIB/fAB/fIB/fABIQ4gIyAK/fIBIAr98gEhDCAHICT90QEgJSAH/dEB/VAgJv3ZASEHIAwgCyAMIA798AH98gEgCSAn/fIB/fAB/fEBIAsgCiAO/fEB/fIBIAkgJ/3yAf3xASAH/VIhDiAJICj98gEgDiAK/fEB/fEBIQ4gKSAO/fIBIAX98wH97wEhDiACIAL9AALAOiAOIA79DQABAgMEBQYHAAECAwQFBgf98gH9CwKQWCACIAL9AALQOiAOIA79DQgJCgsMDQ4PCAkKCwwNDg/98gH9CwKgWCACQSBqIQIgAiADSQ0ACyAAQRB0IANyIA/9U3IL'

interface RandomKernel extends KernelExports {
  /** Next key and its tempered form. */
  readonly r: () => void
  /** Gaussians from the tempered words; returns what was used, what was made, and whether some must be made again. */
  readonly g: (byte: number, most: number) => number
}

/**
 * Fills `out` from `from` on, and not to `to`, with pairs of gaussians by the polar method, from the 624 tempered `words`
 * from `position` (≤ 620) on as far as they go; returns the next position and how many gaussians there are.
 */
export type Gaussians = (
  words: Int32Array,
  position: number,
  out: Float64Array,
  from: number,
  to: number,
) => readonly [position: number, made: number]

/** Makes the next 624 words of `key`, and their tempered forms in `words`. */
export type Refill = (key: Int32Array, words: Int32Array) => void

/**
 * The two loops; `undefined` where WebAssembly or its vectors are lacking or forbidden. `again` makes gaussians for the one
 * block in thousands in which a logarithm takes a way that the kernel does not know.
 */
export function startRandomKernel(
  again: Gaussians,
): { readonly refill: Refill; readonly gaussians: Gaussians } | undefined {
  const kernel = startKernel<RandomKernel>(CODE)
  if (kernel === undefined) return undefined
  const { m, r, g } = kernel
  const [now, next, tempered] = [0, 2496, 4992].map((at) => new Int32Array(m.buffer, at, 624))
  const made = new Float64Array(m.buffer, 11_280)
  return {
    refill: (key, words) => {
      now!.set(key)
      r()
      key.set(next!)
      words.set(tempered!)
    },
    gaussians: (words, position, out, from, to) => {
      tempered!.set(words)
      const used = g(4 * position, ((to - from) >> 1) << 4)
      if (used & 1) return again(words, position, out, from, to)
      const count = (used & 0xfff0) >> 3
      out.set(made.subarray(0, count), from)
      return [used >>> 18, count]
    },
  }
}
