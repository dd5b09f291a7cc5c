/**
 * Σ w (x_j − m_j)(x_k − m_k) for all pairs of columns.
 *
 * 1. For a run of rows √w (x − m) is packed to panels of four columns (`p`).
 * 2. Every pair of panels adds its tile of 4 × 4 products, row after row (`t`); sums of runs are added up.
 *
 * Both steps run in WebAssembly where the engine can, two products at a time, else in JavaScript over the same memory: the
 * same sums in the same order. `tools/kernels/gram.ts` makes the code.
 */
import { mirrorUpper } from './gram-source.ts'
import type { Matrix } from './matrix.ts'
import { type KernelExports, startKernel } from './web-assembly.ts'

/** Made by tools/kernels. */
export const GRAM_KERNEL =
  '0061736d0100000001170360047f7f7f7f0060047f7f7f7f0060057f7f7f7f7f000304030001020503010002071104016d02000170000001740001016700020ab907039c0106017f017f017f017f017f017b2001410374210803402004410374fd0a0300210941002105200320044105746a2106200021070340200620092007fd0002002005fd00028008fdf101fdf201fd0b0200200620092007fd0002102005fd00029008fdf101fdf201fd0b021020064180206a2106200741206a2107200541206a22052008490d000b200020086a2100200441016a22042002490d000b0b90040f017f017f017f017f017f017b017b017b017b017b017b017b017b017b017b200041206c2100200121040340200421050340440000000000000000fd142109440000000000000000fd14210a440000000000000000fd14210b440000000000000000fd14210c440000000000000000fd14210d440000000000000000fd14210e440000000000000000fd14210f440000000000000000fd14211041002106200421072005210803402008fd00020021112008fd000210211220092007fd0a03002011fdf201fdf0012109200a2007fd0a03002012fdf201fdf001210a200b2007fd0a03082011fdf201fdf001210b200c2007fd0a03082012fdf201fdf001210c200d2007fd0a03102011fdf201fdf001210d200e2007fd0a03102012fdf201fdf001210e200f2007fd0a03182011fdf201fdf001210f20102007fd0a03182012fdf201fdf0012110200741206a2107200841206a2108200641206a22062000490d000b20032003fd0002002009fdf001fd0b020020032003fd000210200afdf001fd0b021020032003fd000220200bfdf001fd0b022020032003fd000230200cfdf001fd0b023020032003fd000240200dfdf001fd0b024020032003fd000250200efdf001fd0b025020032003fd000260200ffdf001fd0b026020032003fd0002702010fdf001fd0b027020034180016a210320054180206a22052002490d000b20044180206a22042002490d000b0b860204017f017f017b017b0340200020026a2105440000000000000000fd142107440000000000000000fd1421084100210603402007200020066afd000200200320066afd000200fdf201fdf00121072008200520066afd000200200320066afd000200fdf201fdf0012108200641106a22062002490d000b200720072007fd0d08090a0b0c0d0e0f0001020304050607fdf0012107200820082008fd0d08090a0b0c0d0e0f0001020304050607fdf0012108410021060340200420066a200420066afd0002002007200020066afd000200fdf2012008200520066afd000200fdf201fdf001fdf001fd0b0200200641106a22062002490d000b200520026a22002001490d000b0b'

/** Rows in a run. */
const RUN = 128
const MEANS = 8 * RUN
const PANEL = 32 * RUN
/** Larger memories are let go after use. */
const MOST_KEPT = 2 ** 22

/** Most that `gramProduct` keeps. */
const MOST_BYTES = 2 ** 28

/** Steps 1 and 2 over one memory; addresses in bytes. */
export interface GramKernel extends KernelExports {
  /** Packs `count` rows of d doubles at `x`, with their roots at 0 and the means at MEANS, to panels at `z`. */
  readonly p: (x: number, d: number, count: number, z: number) => void
  /** Adds Zᵀ Z b to `out`: rows of `width` bytes from `z` to `end`, an even number of them. */
  readonly g?: (z: number, end: number, width: number, b: number, out: number) => void
  /** Adds the tiles of `count` rows of the panels from `z` to `end` to those from `g` on. */
  readonly t: (count: number, z: number, end: number, g: number) => void
}

let kept: GramKernel | undefined

/** The two steps in WebAssembly; `undefined` where it or its vectors are lacking or forbidden. */
export function startGramKernel(): GramKernel | undefined {
  return startKernel(GRAM_KERNEL)
}

/** (d, d), flat and symmetric, for X (n, d), m (d) and w (n). */
export function centredGram(
  X: Matrix,
  m: Float64Array,
  w: Float64Array,
  kernel = kept ?? startGramKernel() ?? plainGramKernel(),
): Float64Array {
  const { data, rows, cols: d } = X
  const panels = Math.ceil(d / 4)
  const z = MEANS + 32 * panels
  const x = z + PANEL * panels
  // What the last row reads beyond its end.
  const g = 16 * Math.ceil((x + 8 * RUN * d + 32) / 16)
  const size = g + 64 * panels * (panels + 1)
  const { m: memory, p, t } = kernel
  const lacking = size - memory.buffer.byteLength
  if (lacking > 0) memory.grow(Math.ceil(lacking / 65_536))
  kept = memory.buffer.byteLength > MOST_KEPT ? undefined : kernel
  const roots = new Float64Array(memory.buffer, 0, RUN)
  const block = new Float64Array(memory.buffer, x, RUN * d)
  const tiles = new Float64Array(memory.buffer, g, 8 * panels * (panels + 1)).fill(0)
  new Float64Array(memory.buffer, MEANS, d).set(m)
  for (let from = 0; from < rows; from += RUN) {
    const count = Math.min(RUN, rows - from)
    for (let i = 0; i < count; i++) roots[i] = Math.sqrt(w[from + i]!)
    block.set(data.subarray(from * d, (from + count) * d))
    p(x, d, count, z)
    t(count, z, x, g)
  }
  const G = new Float64Array(d * d)
  for (let j = 0, at = 0; j < d; j += 4) {
    for (let k = j; k < d; k += 4) {
      for (let a = j; a < j + 4; a++) {
        for (let b = k; b < k + 4; b++, at++) if (a < d && b < d) G[a * d + b] = tiles[at]!
      }
    }
  }
  mirrorUpper(G, d)
  return G
}

/**
 * b ↦ Σ w (x − m)(x − m)·b for X (n, d), with √w (x − m) kept in the kernel's memory; `undefined` where that cannot be, or
 * would take more than MOST_BYTES.
 */
export function gramProduct(
  X: Matrix,
  m: Float64Array,
  w: Float64Array,
): ((b: Float64Array) => Float64Array) | undefined {
  const { data, rows, cols: d } = X
  const stride = d + (d & 1)
  const lines = rows + (rows & 1)
  if (8 * lines * stride > MOST_BYTES) return undefined
  const kernel = startGramKernel()
  if (kernel?.g === undefined) return undefined
  const { m: memory, g } = kernel
  const width = 8 * stride
  const z = 2 * width
  const end = z + lines * width
  try {
    memory.grow(Math.ceil(end / 65_536))
  } catch {
    return undefined
  }
  const M = new Float64Array(memory.buffer)
  for (let i = 0, at = 0; i < rows; i++) {
    const root = Math.sqrt(w[i]!)
    for (let k = 0, to = (2 + i) * stride; k < d; k++, at++, to++)
      M[to] = root * (data[at]! - m[k]!)
  }
  return (b) => {
    M.fill(0, 0, 2 * stride)
    M.set(b)
    g(z, end, width, 0, width)
    return M.slice(stride, stride + d)
  }
}

/** The same in JavaScript. */
export function plainGramKernel(): GramKernel {
  const memory = { buffer: new ArrayBuffer(0) }
  const grow = (pages: number) => {
    const before = memory.buffer.byteLength
    memory.buffer = new ArrayBuffer(before + 65_536 * pages)
    return before / 65_536
  }
  return {
    m: Object.assign(memory, { grow }) as unknown as WebAssembly.Memory,
    p: (x, d, count, z) => plainPack(new Float64Array(memory.buffer), x >> 3, d, count, z >> 3),
    t: (count, z, end, g) =>
      plainTiles(new Float64Array(memory.buffer), count, z >> 3, end >> 3, g >> 3),
  }
}

function plainPack(M: Float64Array, x: number, d: number, count: number, z: number): void {
  for (let i = 0, at = x; i < count; i++) {
    const root = M[i]!
    for (let k = 0; k < d; k++, at++) {
      M[z + (k >> 2) * 4 * RUN + 4 * i + (k & 3)] = root * (M[at]! - M[RUN + k]!)
    }
  }
}

function plainTiles(M: Float64Array, count: number, z: number, end: number, g: number): void {
  let tile = g
  for (let j = z; j < end; j += 4 * RUN) {
    for (let k = j; k < end; k += 4 * RUN) {
      for (let a = 0; a < 4; a++, tile += 4) {
        let s0 = 0
        let s1 = 0
        let s2 = 0
        let s3 = 0
        for (let at = 0; at < 4 * count; at += 4) {
          const own = M[j + at + a]!
          s0 += own * M[k + at]!
          s1 += own * M[k + at + 1]!
          s2 += own * M[k + at + 2]!
          s3 += own * M[k + at + 3]!
        }
        M[tile]! += s0
        M[tile + 1]! += s1
        M[tile + 2]! += s2
        M[tile + 3]! += s3
      }
    }
  }
}
