/**
 * The inner loops of the random stream in WebAssembly: the twist of MT19937 and the polar method. Their memory layout
 * stands in `tools/kernels/random.ts`, which makes the code.
 */
import { type KernelExports, startKernel } from './web-assembly.ts'

/** Made by tools/kernels. */
export const RANDOM_KERNEL =
  '0061736d01000000010a0260000060027f7f017f03030200010503010001070d03016d020001720000016700010a900a02c80107017f017b017b017b017b017b017b418080808078fd11210341dfe1a2c879fd1121044180adb1e979fd11210541808098fe7efd11210603402000fd00020421012000fd00020020012003fd524101fdad012000fd0002b40cfd512001411ffdab01411ffdac012004fd4efd51210220002002fd0b02c01320022002410bfdad01fd512102200220024107fdab012005fd4efd51210220022002410ffdab012006fd4efd5121022000200220024112fdad01fd51fd0b028027200041106a220041c013490d000b0bc30828017f017f017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b017b440000000000009041fd14211044000000000000a03cfd142111440000000000000040fd14211244000000000000f03ffd14211342ffff3ffd12211442e4be25fd122115428080c000fd12211642ff07fd122117428080c0ff03fd12211842ffffffff0ffd1221194202fd12211a4203fd12211b44935555555555e53ffd14211c44599322942449d23ffd14211d44de03cb966446c73ffd14211e4444523edf12f1c23ffd14211f4404fa97999999d93ffd14212044af788e1dc571cc3ffd142121449fc678d0099ac33ffd14212244000000000000e03ffd14212342faa818fd12212442d1f01afd1221254200fd12212644763c7935ef39ea3dfd142127440000e0fe422ee63ffd1421284400000000000000c0fd14212903402000fd00028027210420042004fd0d0001020308090a0b0001020308090a0b4105fdad01fdff012010fdf20120042004fd0d040506070c0d0e0f040506070c0d0e0f4106fdad01fdff01fdf0012011fdf2012012fdf2012013fdf1012104200220042004fd0d08090a0b0c0d0e0f0001020304050607fd0b02c03a20042004fdf2012105200520052005fd0d08090a0b0c0d0e0f0001020304050607fdf001210520024101762005fd21003903a04e20022005fd210044000000000000f03f634400000000000000002005fd210063714104746a2102200041106a21002002200149200041b11349710d000b200221034100210203402002410176fd0002a04e210520054120fdcd01210620062014fd4e210720072015fdce012016fd4e210820064114fdcd0120084114fdcd01fdce012017fdd101210920092009fd0d0001020308090a0b0001020308090a0bfdfe012109200720082018fd51fd504120fdcb0120052019fd4efd502013fdf101210a200f2007201afdce012014fd4e201bfdd801fd50210f200a2012200afdf001fdf301210b200b200bfdf201210c200c200cfdf201210d200c201c200d201d200d201e200d201ffdf201fdf001fdf201fdf001fdf201fdf001fdf201200d2020200d2021200d2022fdf201fdf001fdf201fdf001fdf201fdf001210e2023200afdf201200afdf201210c20072024fdd10120252007fdd101fd502026fdd9012107200c200b200c200efdf001fdf20120092027fdf201fdf001fdf101200b200a200efdf101fdf20120092027fdf201fdf1012007fd52210e20092028fdf201200e200afdf101fdf101210e2029200efdf2012005fdf301fdef01210e20022002fd0002c03a200e200efd0d00010203040506070001020304050607fdf201fd0b02905820022002fd0002d03a200e200efd0d08090a0b0c0d0e0f08090a0b0c0d0e0ffdf201fd0b02a058200241206a210220022003490d000b2000411074200372200ffd53720b'

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
  const kernel = startKernel<RandomKernel>(RANDOM_KERNEL)
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
