/** What WebAssembly computes in place of TypeScript: the same numbers, to the bit. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allAtOnce } from '../../../src/contract/slices.ts'
import {
  gaussianBlur,
  gaussianWeights,
  plainBlur,
} from '../../../src/image/segment/gaussian-blur.ts'
import { assignPixels, tileBoxes } from '../../../src/image/segment/slic-assignment.ts'
import { RECORD, type SlicBoard, slicBoard } from '../../../src/image/segment/slic-board.ts'
import { RandomState } from '../../../src/math/random-state.ts'
import { blurKernel } from '../../../tools/kernels/blur.ts'
import { slicKernel } from '../../../tools/kernels/slic.ts'

describe('the kernels in the sources', () => {
  it('are what tools/kernels makes', () => {
    const read = (file: string) =>
      readFileSync(new URL(`../../../src/image/segment/${file}`, import.meta.url), 'utf8')
    expect(read('gaussian-blur.ts').includes(`'${blurKernel}'`)).toBe(true)
    expect(read('slic-board.ts').includes(`'${slicKernel}'`)).toBe(true)
  })
})

const side = fc.integer({ min: 1, max: 37 })

describe('the Gaussian blur', () => {
  it('is the same by vectors and pixel by pixel, also where the window is wider than the picture', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.double({ min: 0.13, max: 6, noNaN: true }),
        fc.nat(),
        (width, height, sigma, seed) => {
          const plane = numbers(width * height, seed)
          const plain = plainBlur(plane, width, height, gaussianWeights(sigma))
          expect(allAtOnce(gaussianBlur(plane, width, height, sigma))).toEqual(plain)
        },
      ),
    )
  })
})

describe('a round of SLIC', () => {
  it('is the same by vectors and pixel by pixel', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.constantFrom(3, 4),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (width, height, planes, centres, seed) => {
          const [vector, plain] = (['vector', 'plain'] as const).map((engine) =>
            afterRounds(slicBoard({ width, height, planes }, centres, 0.01, engine), seed),
          )
          expect(vector!.labels).toEqual(plain!.labels)
          expect(vector!.nearest).toEqual(plain!.nearest)
        },
      ),
    )
  })

  it('gives each pixel the first of the nearest centres whose window holds it', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.constantFrom(3, 4),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (width, height, planes, centres, seed) => {
          const board = afterRounds(slicBoard({ width, height, planes }, centres, 0.01), seed)
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const i = y * board.stride + x
              const [k, near] = fullSearch(board, y, x)
              expect(board.nearest[i]).toBe(near)
              if (near < Number.POSITIVE_INFINITY) expect(board.labels[i]).toBe(k)
            }
          }
        },
      ),
    )
  })
})

const REACH = 9

/** A board with coarse colours (so that distances are often equal), one centre lost, after two rounds. */
function afterRounds(board: SlicBoard, seed: number): SlicBoard {
  const { width, height, stride, centres } = board
  const coarse = (n: number, shift: number) =>
    numbers(n, seed + shift).map((v) => Math.round(v * 4))
  const planes = board.planes.map((_, c) => coarse(width * height, c))
  planes.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++) {
      board.planes[c]![Math.floor(i / width) * stride + (i % width)] = plane[i]!
    }
  })
  for (let round = 0; round < 2; round++) {
    const places = numbers(centres.length, seed + 9 + round)
    for (let at = 0; at < centres.length; at += RECORD) {
      const lost = at === RECORD
      centres[at] = lost ? Number.NaN : Math.round(places[at]! * height)
      centres[at + 1] = lost ? Number.NaN : Math.round(places[at + 1]! * width)
      for (let c = 0; c < planes.length; c++)
        centres[at + 6 + c] = Math.round(places[at + 2 + c]! * 4)
    }
    allAtOnce(assignPixels(board, tileBoxes(planes, width, height), REACH, REACH))
  }
  return board
}

function fullSearch(
  { centres, planes, stride, width, height, weight }: SlicBoard,
  y: number,
  x: number,
) {
  let best: readonly [number, number] = [-1, Number.POSITIVE_INFINITY]
  for (let at = 0; at < centres.length; at += RECORD) {
    const [y0, x0] = [centres[at]!, centres[at + 1]!]
    const holds =
      y >= Math.max(y0 - REACH, 0) &&
      y < Math.min(y0 + REACH + 1, height) &&
      x >= Math.max(x0 - REACH, 0) &&
      x < Math.min(x0 + REACH + 1, width)
    if (!holds) continue
    const colours = planes.reduce(
      (sum, plane, c) => sum + (plane[y * stride + x]! - centres[at + 6 + c]!) ** 2,
      0,
    )
    const near = ((y0 - y) ** 2 + (x0 - x) ** 2) * weight + colours
    if (near < best[1]) best = [at / RECORD, near]
  }
  return best
}

function numbers(n: number, seed: number): Float64Array {
  const random = new RandomState(seed % 2 ** 31)
  return Float64Array.from({ length: n }, () => random.randomSample())
}
