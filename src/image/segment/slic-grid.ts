/**
 * The regular grid on which SLIC's centres start: scikit-image's `regular_grid` of the shape (1, height, width).
 *
 * About as many points as asked for, equally far apart along all axes. An axis shorter than that distance holds one
 * point, and the others are divided anew; for pictures the first axis, one layer deep, is always the shortest.
 */

/** Points of the grid and their distances, in pixels. */
export interface RegularGrid {
  /** Rows of the points. */
  readonly rows: readonly number[]
  /** Columns of the points. */
  readonly columns: readonly number[]
  readonly stepY: number
  readonly stepX: number
  readonly largestStep: number
}

/** The grid of about `points` points for a picture. */
export function regularGrid(height: number, width: number, points: number): RegularGrid {
  const short = Math.min(height, width)
  const long = Math.max(height, width)
  let [layerStep, shortStep, longStep] = [1, 1, 1]
  let [shortStart, longStart] = [0, 0]
  if (short * long > points) {
    const steps = stepsOf([1, short, long], points)
    ;[layerStep, shortStep, longStep] = steps.map(roundHalfToEven) as [number, number, number]
    shortStart = Math.floor(steps[1]! / 2)
    longStart = Math.floor(steps[2]! / 2)
  }
  const along = (start: number, length: number, step: number): number[] => {
    const out: number[] = []
    for (let i = start; i < length; i += step) out.push(i)
    return out
  }
  const tall = height > width
  return {
    rows: along(tall ? longStart : shortStart, height, tall ? longStep : shortStep),
    columns: along(tall ? shortStart : longStart, width, tall ? shortStep : longStep),
    stepY: tall ? longStep : shortStep,
    stepX: tall ? shortStep : longStep,
    largestStep: Math.max(layerStep, shortStep, longStep),
  }
}

/** Distances along axes of these lengths, shortest first. */
function stepsOf(lengths: readonly number[], points: number): number[] {
  const n = lengths.length
  const space = (from: number): number => lengths.slice(from).reduce((a, b) => a * b, 1)
  const steps = new Array<number>(n).fill((space(0) / points) ** (1 / n))
  for (let axis = 0; axis < n && lengths.some((length, i) => length < steps[i]!); axis++) {
    steps[axis] = lengths[axis]!
    steps.fill((space(axis + 1) / points) ** (1 / (n - axis - 1)), axis + 1)
  }
  return steps
}

/** NumPy's `round`. */
function roundHalfToEven(x: number): number {
  const low = Math.floor(x)
  if (x - low !== 0.5) return Math.round(x)
  return low % 2 === 0 ? low : low + 1
}
