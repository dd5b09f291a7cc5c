/**
 * Symmetric positive systems A x = b: Cholesky where A is definite, the least-norm solution where it is singular.
 *
 * 1. A = L Lᵀ by rows, each entry a dot product of two rows of L, which lie contiguous in memory.
 * 2. A pivot that is but rounding of its diagonal entry marks A as singular; the factor is given up.
 * 3. Then A = P L Lᵀ Pᵀ with pivoting and r = rank columns in L, L = Q R by Householder, and
 *    A⁺ = Q (R Rᵀ)⁻¹ Qᵀ: the solution of least |x|, as from singular values with a cut-off, at a tenth of the cost.
 *
 * The cut-off of a pivot is relative to its own diagonal entry: columns of very different scale do not hide each other.
 */

/** A pivot below this share of its diagonal entry is rounding (times the number of columns). */
const PIVOT_TOLERANCE = 8 * Number.EPSILON

/** The lower factor L, flat (d, d), zeros above the diagonal; `undefined` where A is singular to working precision. */
export function cholesky(A: Float64Array, d: number): Float64Array | undefined {
  const L = new Float64Array(d * d)
  const tolerance = PIVOT_TOLERANCE * Math.max(8, d)
  for (let i = 0; i < d; i++) {
    const row = i * d
    for (let j = 0; j < i; j++) {
      const other = j * d
      let s0 = 0
      let s1 = 0
      let s2 = 0
      let s3 = 0
      let k = 0
      for (; k + 4 <= j; k += 4) {
        s0 += L[row + k]! * L[other + k]!
        s1 += L[row + k + 1]! * L[other + k + 1]!
        s2 += L[row + k + 2]! * L[other + k + 2]!
        s3 += L[row + k + 3]! * L[other + k + 3]!
      }
      for (; k < j; k++) s0 += L[row + k]! * L[other + k]!
      L[row + j] = (A[row + j]! - (s0 + s1 + (s2 + s3))) / L[other + j]!
    }
    let pivot = A[row + i]!
    for (let k = 0; k < i; k++) pivot -= L[row + k]! * L[row + k]!
    if (!(pivot > tolerance * A[row + i]!)) return undefined
    L[row + i] = Math.sqrt(pivot)
  }
  return L
}

/** Solves L Lᵀ x = b for the factor of `cholesky`; x is fresh (d). */
export function choleskySolve(L: Float64Array, b: ArrayLike<number>, d: number): Float64Array {
  const x = Float64Array.from(b)
  for (let i = 0; i < d; i++) {
    let sum = x[i]!
    for (let k = 0, at = i * d; k < i; k++, at++) sum -= L[at]! * x[k]!
    x[i] = sum / L[i * d + i]!
  }
  for (let i = d - 1; i >= 0; i--) {
    const value = x[i]! / L[i * d + i]!
    x[i] = value
    for (let k = 0, at = i * d; k < i; k++, at++) x[k]! -= L[at]! * value
  }
  return x
}

/** A singular symmetric matrix as A = P L Lᵀ Pᵀ = Q R Rᵀ Qᵀ, kept for any number of right-hand sides. */
export interface SingularFactor {
  readonly rank: number
  /** Solution (d) of least norm among those of least residual. */
  readonly solve: (b: ArrayLike<number>) => Float64Array
}

/** Factor of a positive semidefinite A, flat (d, d), of whatever rank; zero rows and columns are allowed. */
export function singularFactor(A: Float64Array, d: number): SingularFactor {
  const { L, rank } = pivotedCholesky(A, d)
  const { reflectors, R } = householder(L, d, rank)

  /** x = Q (R Rᵀ)⁻¹ Qᵀ b */
  function solve(b: ArrayLike<number>): Float64Array {
    const x = Float64Array.from(b)
    for (let k = 0; k < rank; k++) reflect(reflectors, k, d, x)
    for (let i = rank - 1; i >= 0; i--) {
      let sum = x[i]!
      for (let k = i + 1; k < rank; k++) sum -= R[i * rank + k]! * x[k]!
      x[i] = sum / R[i * rank + i]!
    }
    for (let i = 0; i < rank; i++) {
      let sum = x[i]!
      for (let k = 0; k < i; k++) sum -= R[k * rank + i]! * x[k]!
      x[i] = sum / R[i * rank + i]!
    }
    x.fill(0, rank)
    for (let k = rank - 1; k >= 0; k--) reflect(reflectors, k, d, x)
    return x
  }

  return { rank, solve }
}

/**
 * Columns of L one after another, (rank, d) with column k of L in row k and rows of A in their own places. The next
 * pivot has the largest share of its diagonal entry left, the first of equals.
 */
function pivotedCholesky(A: Float64Array, d: number): { L: Float64Array; rank: number } {
  const left = new Float64Array(d)
  for (let j = 0; j < d; j++) left[j] = A[j * d + j]!
  const tolerance = PIVOT_TOLERANCE * Math.max(8, d)
  const used = new Uint8Array(d)
  const L = new Float64Array(d * d)
  let rank = 0
  for (; rank < d; rank++) {
    let pivot = -1
    let largest = tolerance
    for (let j = 0; j < d; j++) {
      const diagonal = A[j * d + j]!
      if (used[j] === 1 || diagonal <= 0) continue
      const share = left[j]! / diagonal
      if (share > largest) {
        largest = share
        pivot = j
      }
    }
    if (pivot < 0) break
    used[pivot] = 1
    const column = L.subarray(rank * d, (rank + 1) * d)
    for (let j = 0; j < d; j++) column[j] = used[j] === 1 && j !== pivot ? 0 : A[pivot * d + j]!
    for (let k = 0; k < rank; k++) {
      const factor = L[k * d + pivot]!
      for (let j = 0, at = k * d; j < d; j++, at++) column[j]! -= factor * L[at]!
    }
    const root = Math.sqrt(left[pivot]!)
    for (let j = 0; j < d; j++) {
      column[j] = j === pivot ? root : used[j] === 1 ? 0 : column[j]! / root
      left[j]! -= column[j]! * column[j]!
    }
  }
  return { L, rank }
}

/** L = Q R by reflections: reflector k in row k of `reflectors` (rank, d), R flat (rank, rank), upper. */
function householder(
  L: Float64Array,
  d: number,
  rank: number,
): { reflectors: Float64Array; R: Float64Array } {
  const reflectors = new Float64Array(rank * d)
  const R = new Float64Array(rank * rank)
  for (let k = 0; k < rank; k++) {
    const column = L.slice(k * d, (k + 1) * d)
    for (let m = 0; m < k; m++) reflect(reflectors, m, d, column)
    let squares = 0
    for (let j = k; j < d; j++) squares += column[j]! * column[j]!
    const length = column[k]! > 0 ? -Math.sqrt(squares) : Math.sqrt(squares)
    for (let m = 0; m < k; m++) R[m * rank + k] = column[m]!
    R[k * rank + k] = length
    column[k]! -= length
    const norm = Math.sqrt(2 * length * (length - (column[k]! + length)))
    for (let j = k; j < d; j++) reflectors[k * d + j] = norm > 0 ? column[j]! / norm : 0
  }
  return { reflectors, R }
}

/** x −= 2 v (v·x) for reflector k, whose first k entries are 0. */
function reflect(reflectors: Float64Array, k: number, d: number, x: Float64Array): void {
  const base = k * d
  let dot = 0
  for (let j = k; j < d; j++) dot += reflectors[base + j]! * x[j]!
  for (let j = k; j < d; j++) x[j]! -= 2 * dot * reflectors[base + j]!
}
