/**
 * Kernels: from distances to the weights of samples (Ribeiro et al. 2016, section 3.4).
 *
 * Python LIME uses √exp(−d² / width²) everywhere, which is the Gaussian exp(−d² / 2σ²) with σ = width.
 */

/** Weights (n) from distances (n); `width` is in the distances' own unit. Weights must be finite and ≥ 0. */
export type KernelFunction = (distances: Float64Array, width: number) => Float64Array

/**
 * √exp(−d² / width²): 1 at distance 0, 0.61 at one width, exactly 0 beyond about 27 widths, where exp underflows
 * (as in Python).
 */
export function exponentialKernel(distances: Float64Array, width: number): Float64Array {
  const weights = new Float64Array(distances.length)
  const squaredWidth = width * width
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i]!
    weights[i] = Math.sqrt(Math.exp(-(distance * distance) / squaredWidth))
  }
  return weights
}
