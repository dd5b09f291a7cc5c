/**
 * Conjugate gradients for a symmetric positive definite system that is known by its products only (Hestenes, Stiefel
 * 1952), with a preconditioner M ≈ A that is known by M⁻¹ r.
 */

/** M = D + q qᵀ, D diagonal and positive. */
export interface DiagonalAndDirection {
  readonly diagonal: Float64Array
  readonly direction: Float64Array
}

/** The last x, and whether |A x − b| ≤ `tolerance` |b|. */
export interface Approximation {
  readonly x: Float64Array
  readonly converged: boolean
}

/** Solves A x = b in at most `steps` steps; `multiply` gives A p and `improve` M⁻¹ r, as fresh arrays. */
export function conjugateGradients(
  multiply: (p: Float64Array) => Float64Array,
  b: Float64Array,
  improve: (r: Float64Array) => Float64Array,
  tolerance: number,
  steps: number,
): Approximation {
  const n = b.length
  const enough = tolerance * tolerance * dot(b, b)
  const x = new Float64Array(n)
  const rest = b.slice()
  let z = improve(rest)
  const p = z.slice()
  let rz = dot(rest, z)
  for (let step = 0; step < steps; step++) {
    if (dot(rest, rest) <= enough) return { x, converged: true }
    const image = multiply(p)
    const length = rz / dot(p, image)
    for (let i = 0; i < n; i++) {
      x[i]! += length * p[i]!
      rest[i]! -= length * image[i]!
    }
    z = improve(rest)
    const next = dot(rest, z)
    const turn = next / rz
    rz = next
    for (let i = 0; i < n; i++) p[i] = z[i]! + turn * p[i]!
  }
  return { x, converged: false }
}

/** M⁻¹ r = D⁻¹ r − D⁻¹ q (q·D⁻¹ r) / (1 + q·D⁻¹ q), by Sherman and Morrison. */
export function inverseOf({
  diagonal,
  direction: q,
}: DiagonalAndDirection): (r: Float64Array) => Float64Array {
  const Dq = q.map((value, i) => value / diagonal[i]!)
  const share = 1 / (1 + dot(q, Dq))
  return (r) => {
    const along = share * dot(Dq, r)
    return r.map((value, i) => value / diagonal[i]! - along * Dq[i]!)
  }
}

/** Σ a b */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
