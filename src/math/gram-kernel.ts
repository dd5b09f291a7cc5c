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

const CODE =
  'AGFzbQEAAAABDwJgBH9/f38AYAR/f39/AAMDAgABBQMBAAIHDQMBbQIAAXAAAAF0AAEKsQUCnAEGAX8BfwF/AX8BfwF7IAFBA3QhCANAIARBA3T9CgMAIQlBACEFIAMgBEEFdGohBiAAIQcDQCAGIAkgB/0AAgAgBf0AAoAI/fEB/fIB/QsCACAGIAkgB/0AAhAgBf0AApAI/fEB/fIB/QsCECAGQYAgaiEGIAdBIGohByAFQSBqIgUgCEkNAAsgACAIaiEAIARBAWoiBCACSQ0ACwuQBA8BfwF/AX8BfwF/AXsBewF7AXsBewF7AXsBewF7AXsgAEEgbCEAIAEhBANAIAQhBQNARAAAAAAAAAAA/RQhCUQAAAAAAAAAAP0UIQpEAAAAAAAAAAD9FCELRAAAAAAAAAAA/RQhDEQAAAAAAAAAAP0UIQ1EAAAAAAAAAAD9FCEORAAAAAAAAAAA/RQhD0QAAAAAAAAAAP0UIRBBACEGIAQhByAFIQgDQCAI/QACACERIAj9AAIQIRIgCSAH/QoDACAR/fIB/fABIQkgCiAH/QoDACAS/fIB/fABIQogCyAH/QoDCCAR/fIB/fABIQsgDCAH/QoDCCAS/fIB/fABIQwgDSAH/QoDECAR/fIB/fABIQ0gDiAH/QoDECAS/fIB/fABIQ4gDyAH/QoDGCAR/fIB/fABIQ8gECAH/QoDGCAS/fIB/fABIRAgB0EgaiEHIAhBIGohCCAGQSBqIgYgAEkNAAsgAyAD/QACACAJ/fAB/QsCACADIAP9AAIQIAr98AH9CwIQIAMgA/0AAiAgC/3wAf0LAiAgAyAD/QACMCAM/fAB/QsCMCADIAP9AAJAIA398AH9CwJAIAMgA/0AAlAgDv3wAf0LAlAgAyAD/QACYCAP/fAB/QsCYCADIAP9AAJwIBD98AH9CwJwIANBgAFqIQMgBUGAIGoiBSACSQ0ACyAEQYAgaiIEIAJJDQALCw=='

/** Rows in a run. */
const RUN = 128
const MEANS = 8 * RUN
const PANEL = 32 * RUN
/** Larger memories are let go after use. */
const MOST_KEPT = 2 ** 22

/** Steps 1 and 2 over one memory; addresses in bytes. */
export interface GramKernel extends KernelExports {
  /** Packs `count` rows of d doubles at `x`, with their roots at 0 and the means at MEANS, to panels at `z`. */
  readonly p: (x: number, d: number, count: number, z: number) => void
  /** Adds the tiles of `count` rows of the panels from `z` to `end` to those from `g` on. */
  readonly t: (count: number, z: number, end: number, g: number) => void
}

let kept: GramKernel | undefined

/** The two steps in WebAssembly; `undefined` where it or its vectors are lacking or forbidden. */
export function startGramKernel(): GramKernel | undefined {
  return startKernel(CODE)
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
