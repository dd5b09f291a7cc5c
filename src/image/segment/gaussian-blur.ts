/**
 * Gaussian blur of a plane, as `scipy.ndimage.gaussian_filter(plane, sigma, mode='reflect', truncate=4)`.
 *
 * 1. Weights exp(−x² / 2σ²) for |x| ≤ ⌊4σ + ½⌋, divided by their sum.
 * 2. Columns first, then rows. Beyond its ends a line goes on mirrored, the pixel at the end twice: d c b a | a b c d | d c b a.
 *
 * Each sum is formed in SciPy's order (the centre, then pairs from the outside in), so that flat parts and mirrored
 * neighbourhoods give equal numbers where they do in Python.
 */

/** The blurred plane, (height × width), as a fresh array; a copy at sigma 0. */
export function gaussianBlur(
  plane: Float64Array,
  width: number,
  height: number,
  sigma: number,
): Float64Array {
  if (sigma <= 1e-15) return plane.slice()
  const weights = gaussianWeights(sigma)
  return blurRows(blurColumns(plane, width, height, weights), width, height, weights)
}

/** Weights of the distances 0…radius. */
function gaussianWeights(sigma: number): Float64Array {
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
