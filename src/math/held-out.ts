/**
 * Normal equations without some of the samples, from those of all samples and of the ones that are left out.
 *
 * With W, m, ȳ, G, c of all samples and W', m', ȳ', G', c' of those left out, a share s = W' / (W − W'):
 *
 *     mean = m + s (m − m'),  G_jk − G'_jk − s W (m − m')_j (m − m')_k,  c_j − c'_j − s W (m − m')_j (ȳ − ȳ')
 *
 * (T. Chan, G. Golub, R. LeVeque: Updating formulae and a pairwise algorithm for computing sample variances, 1979, the
 * other way round). A fifth of the samples costs a fifth of the work.
 */
import type { NormalEquations } from './ridge.ts'

/** Where less than this share of a column's variance is left, it is mostly the rounding errors of what was taken away. */
const LEAST_LEFT = 0.1

/** The equations without the samples left out; `undefined` where too few digits would be left. */
export function equationsWithout(
  all: NormalEquations,
  sumW: number,
  out: NormalEquations,
  outW: number,
): NormalEquations | undefined {
  const { c, mean } = all
  const k = c.length
  if (!(sumW - outW >= LEAST_LEFT * sumW)) return undefined
  const share = outW / (sumW - outW)
  const apart = mean.map((value, j) => value - out.mean[j]!)
  const apartY = all.meanY - out.meanY
  const G = new Float64Array(k * k)
  for (let i = 0, at = 0; i < k; i++) {
    for (let j = 0; j < k; j++, at++) {
      G[at] = all.G[at]! - out.G[at]! - share * sumW * apart[i]! * apart[j]!
    }
    if (!(G[i * k + i]! >= LEAST_LEFT * all.G[i * k + i]!)) return undefined
  }
  return {
    G,
    c: c.map((value, j) => value - out.c[j]! - share * sumW * apart[j]! * apartY),
    mean: mean.map((value, j) => value + share * apart[j]!),
    meanY: all.meanY + share * apartY,
  }
}
