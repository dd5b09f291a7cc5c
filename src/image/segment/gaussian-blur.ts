/**
 * Gaussian blur of a plane, as `scipy.ndimage.gaussian_filter(plane, sigma, mode='reflect', truncate=4)`.
 *
 * 1. Weights exp(−x² / 2σ²) for |x| ≤ ⌊4σ + ½⌋, divided by their sum.
 * 2. Columns first, then rows. Beyond its ends a line goes on mirrored, the pixel at the end twice: d c b a | a b c d | d c b a.
 *
 * Each sum is formed in SciPy's order (the centre, then pairs from the outside in), so that flat parts and mirrored
 * neighbourhoods give equal numbers where they do in Python. Two pixels at a time by WebAssembly where the engine has its
 * 128-bit vectors, one by one elsewhere: the numbers are the same to the bit.
 */
import type { Slices } from '../../contract/slices.ts'
import { compileKernel } from '../../math/web-assembly.ts'

/** The blurred plane, (height × width), as a fresh array; a copy at sigma 0. */
export function* gaussianBlur(
  plane: Float64Array,
  width: number,
  height: number,
  sigma: number,
): Slices<Float64Array> {
  if (sigma <= 1e-15) return plane.slice()
  const weights = gaussianWeights(sigma)
  // Of one weight alone, which is 1.
  if (weights.length === 1) return plane.slice()
  if (compiled === null) compiled = compileKernel(KERNEL)
  return compiled === undefined
    ? plainBlur(plane, width, height, weights)
    : yield* vectorBlur(compiled, plane, width, height, weights)
}

/** Sums of weighted pairs, eight pixels a step; made by tools/kernels/blur.ts, where its table is described. */
const KERNEL =
  '0061736d0100000001070160037f7f7f000208010165016d02000103020100070902016d0200016200000ac20201bf0209017f017f017f017f017b017b017b017b017b20024106742102034020012104200428020020036a21052004fd0a0308210b2005fd000200200bfdf20121072005fd000210200bfdf20121082005fd000220200bfdf20121092005fd000230200bfdf201210a200441106a21040340200428020020036a2105200428020420036a21062004fd0a0308210b20072005fd0002002006fd000200fdf001200bfdf201fdf001210720082005fd0002102006fd000210fdf001200bfdf201fdf001210820092005fd0002202006fd000220fdf001200bfdf201fdf0012109200a2005fd0002302006fd000230fdf001200bfdf201fdf001210a200441106a22042802000d000b200020036a2007fd0b0200200020036a2008fd0b0210200020036a2009fd0b0220200020036a200afd0b0230200341c0006a22032002490d000b0b'

let compiled: WebAssembly.Module | undefined | null = null

/** Weights of the distances 0…radius. */
export function gaussianWeights(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5)
  const weights = Float64Array.from({ length: radius + 1 }, (_, x) =>
    Math.exp((-0.5 / (sigma * sigma)) * (x * x)),
  )
  let sum = 0
  for (let x = -radius; x <= radius; x++) sum += weights[Math.abs(x)]!
  return weights.map((weight) => weight / sum)
}

/** Where index i of a mirrored line of n stands in the line. */
function mirrored(i: number, n: number): number {
  const inPeriod = ((i % (2 * n)) + 2 * n) % (2 * n)
  return inPeriod < n ? inPeriod : 2 * n - 1 - inPeriod
}

const PAGE = 65536
const STEP = 8

function* vectorBlur(
  module: WebAssembly.Module,
  plane: Float64Array,
  width: number,
  height: number,
  weights: Float64Array,
): Slices<Float64Array> {
  const radius = weights.length - 1
  const stride = Math.ceil(width / STEP) * STEP
  // The table; a line with its mirrored ends; two planes whose rows are filled up to whole steps.
  const line = 16 * (radius + 2)
  const first = line + 8 * (stride + 2 * radius)
  const second = first + 8 * stride * height
  const bytes = second + 8 * stride * height
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) })
  const { exports } = new WebAssembly.Instance(module, { e: { m: memory } })
  const { b: addPairs } = exports as { b: (out: number, table: number, steps: number) => void }
  const doubles = new Float64Array(memory.buffer)
  const words = new Int32Array(memory.buffer)
  const tell = (centre: number, above: (j: number) => number, below: (j: number) => number) => {
    words[0] = centre
    for (let k = 1, j = radius; j > 0; j--, k++) {
      words[4 * k] = above(j)
      words[4 * k + 1] = below(j)
    }
  }
  doubles[1] = weights[0]!
  for (let k = 1, j = radius; j > 0; j--, k++) doubles[2 * k + 1] = weights[j]!
  for (let y = 0; y < height; y++) {
    doubles.set(plane.subarray(y * width, (y + 1) * width), first / 8 + y * stride)
  }
  const row = (y: number) => first + 8 * stride * mirrored(y, height)
  for (let y = 0; y < height; y++) {
    tell(
      row(y),
      (j) => row(y - j),
      (j) => row(y + j),
    )
    addPairs(second + 8 * stride * y, 0, stride / STEP)
    yield
  }
  const left = Array.from({ length: radius }, (_, i) => mirrored(i - radius, width))
  const right = Array.from({ length: radius }, (_, i) => mirrored(width + i, width))
  const inner = line + 8 * radius
  tell(
    inner,
    (j) => inner - 8 * j,
    (j) => inner + 8 * j,
  )
  const out = new Float64Array(plane.length)
  for (let y = 0; y < height; y++) {
    const from = second / 8 + y * stride
    for (let i = 0; i < radius; i++) {
      doubles[line / 8 + i] = doubles[from + left[i]!]!
      doubles[inner / 8 + width + i] = doubles[from + right[i]!]!
    }
    doubles.copyWithin(inner / 8, from, from + width)
    addPairs(first, 0, stride / STEP)
    out.set(doubles.subarray(first / 8, first / 8 + width), y * width)
    yield
  }
  return out
}

/** Pixel by pixel. */
export function plainBlur(
  plane: Float64Array,
  width: number,
  height: number,
  weights: Float64Array,
): Float64Array {
  return blurRows(blurColumns(plane, width, height, weights), width, height, weights)
}

function blurColumns(
  plane: Float64Array,
  width: number,
  height: number,
  weights: Float64Array,
): Float64Array {
  const out = new Float64Array(plane.length)
  const radius = weights.length - 1
  const centre = weights[0]!
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; x++) out[row + x] = plane[row + x]! * centre
    for (let j = radius; j > 0; j--) {
      const weight = weights[j]!
      const above = mirrored(y - j, height) * width
      const below = mirrored(y + j, height) * width
      for (let x = 0; x < width; x++) {
        out[row + x]! += (plane[above + x]! + plane[below + x]!) * weight
      }
    }
  }
  return out
}

function blurRows(
  plane: Float64Array,
  width: number,
  height: number,
  weights: Float64Array,
): Float64Array {
  const out = new Float64Array(plane.length)
  const radius = weights.length - 1
  const source = Int32Array.from({ length: width + 2 * radius }, (_, i) =>
    mirrored(i - radius, width),
  )
  const line = new Float64Array(source.length)
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let i = 0; i < line.length; i++) line[i] = plane[row + source[i]!]!
    for (let x = 0; x < width; x++) {
      const centre = x + radius
      let sum = line[centre]! * weights[0]!
      for (let j = radius; j > 0; j--) sum += (line[centre - j]! + line[centre + j]!) * weights[j]!
      out[row + x] = sum
    }
  }
  return out
}
