/**
 * Deletion and insertion: how the answer moves as features go or come in the order of their importance.
 *
 * - `morf` (deletion): the most important feature is switched off first (Samek et al. 2017; Petsiuk et al. 2018).
 * - `lerf`: the least important first. `insertion`: from nothing, the most important is switched on first; these are the
 *   rows of `lerf` in reverse, for signed weights too.
 * - Areas by the trapezoid rule over the share of features, 0 to 1. ABPC = area LeRF − area MoRF (Schulz et al. 2020;
 *   Šimić et al. 2022): above 0 for orders better than chance.
 *
 * Importance is the signed weight: what speaks for the answer goes first.
 */
import { type BitMatrix, createBitMatrix, setBit } from '../math/bit-matrix.ts'

/** Answers along the way, d + 1 of them, and the areas below them. */
export interface RemovalCurves {
  readonly morf: Float64Array
  readonly lerf: Float64Array
  readonly insertion: Float64Array
  readonly deletionArea: number
  readonly insertionArea: number
  readonly lerfArea: number
  /** Area of LeRF − area of MoRF. */
  readonly abpc: number
}

/** Features by falling weight, the first of equals first. */
export function removalOrder(weights: Float64Array): Int32Array {
  return Int32Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b)
}

/** (2 (d + 1), d): the rows of MoRF, k = 0 … d features off, then those of LeRF. */
export function removalMasks(weights: Float64Array): BitMatrix {
  const order = removalOrder(weights)
  const d = order.length
  const masks = createBitMatrix(2 * (d + 1), d)
  for (let k = 0; k <= d; k++) {
    for (let at = k; at < d; at++) {
      setBit(masks, k, order[at]!)
      setBit(masks, d + 1 + k, order[d - 1 - at]!)
    }
  }
  return masks
}

/** The curves of the model's answers for the rows of `removalMasks`, in their order. */
export function removalCurves(answers: Float64Array): RemovalCurves {
  const half = answers.length / 2
  const morf = answers.slice(0, half)
  const lerf = answers.slice(half)
  const insertion = lerf.slice().reverse()
  const deletionArea = areaBelow(morf)
  const lerfArea = areaBelow(lerf)
  return {
    morf,
    lerf,
    insertion,
    deletionArea,
    insertionArea: areaBelow(insertion),
    lerfArea,
    abpc: lerfArea - deletionArea,
  }
}

/** Area below a curve over [0, 1] with equal steps. */
function areaBelow(curve: Float64Array): number {
  const steps = curve.length - 1
  let sum = 0
  for (let k = 0; k < steps; k++) sum += (curve[k]! + curve[k + 1]!) / 2
  return steps > 0 ? sum / steps : curve[0]!
}
