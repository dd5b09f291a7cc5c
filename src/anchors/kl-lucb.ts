/**
 * KL-LUCB: which m of these arms have the highest shares, with as few draws as possible (Kaufmann, Kalyanakrishnan
 * 2013, algorithm 1 with KL bounds; Ribeiro et al. 2018, algorithm 1).
 *
 * 1. J = the m arms of highest observed share; u = the other arm of highest upper bound, l = the one in J of lowest lower
 *    bound.
 * 2. Stop when upper(u) − lower(l) < ε; else draw for both and go on.
 *
 * With probability 1 − δ every arm that is returned is at most ε worse than the m-th best.
 */
import { explorationRate, klLower, klUpper } from './kl-bounds.ts'

/** An arm: how often it was drawn, and how often it hit. */
export interface Arm {
  draws: number
  hits: number
}

/** What is asked. */
export interface LucbRequest<One extends Arm> {
  /** Arms to find, m. */
  readonly count: number
  readonly delta: number
  readonly epsilon: number
  /** Draws for these arms; resolves to false where there may be no more. */
  readonly draw: (arms: readonly One[]) => Promise<boolean>
}

/** The m arms, by falling share; of equal ones the first. All of them where there are not more. */
export async function bestArms<One extends Arm>(
  arms: readonly One[],
  { count, delta, epsilon, draw }: LucbRequest<One>,
): Promise<One[]> {
  const fresh = arms.filter(({ draws }) => draws === 0)
  let goOn = fresh.length === 0 || (await draw(fresh))
  for (let t = 1; goOn && arms.length > count; t++) {
    const beta = explorationRate(arms.length, t, delta)
    const order = byShare(arms)
    const inside = order.slice(0, count)
    const weakest = extreme(inside, (arm) => -klLower(shareOf(arm), arm.draws, beta))
    const strongest = extreme(order.slice(count), (arm) => klUpper(shareOf(arm), arm.draws, beta))
    const gap =
      klUpper(shareOf(strongest), strongest.draws, beta) -
      klLower(shareOf(weakest), weakest.draws, beta)
    if (gap < epsilon) break
    goOn = await draw([weakest, strongest])
  }
  return byShare(arms).slice(0, count)
}

/** Observed share; 0 for an arm never drawn. */
export function shareOf({ draws, hits }: Arm): number {
  return draws === 0 ? 0 : hits / draws
}

function byShare<One extends Arm>(arms: readonly One[]): One[] {
  return [...arms].sort((a, b) => shareOf(b) - shareOf(a))
}

function extreme<One>(arms: readonly One[], value: (arm: One) => number): One {
  return arms.reduce((best, arm) => (value(arm) > value(best) ? arm : best))
}
