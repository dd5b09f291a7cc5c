/**
 * Explains the instances of one shard, one after the other.
 *
 * 1. An instance that the input could not give, or that crashed a worker before, becomes a row with its error.
 * 2. Where the model fails (`predictor`), the instance is tried again, three times, with a growing pause: servers come
 *    back. Other errors are the instance's own.
 * 3. What the loader or the options are to blame for ends the batch: an option, a missing library.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { SodalimeError } from '../contract/errors.ts'
import type { OpenedExplainer } from './open-explainer.ts'
import type { BatchPlan, Shard } from './plan.ts'
import {
  encodeShard,
  type InstanceError,
  type InstanceResult,
  type ShardFiles,
} from './shard-file.ts'

/** What is explained, and what is known about it. */
export interface ShardRequest {
  /** Id of the batch. */
  readonly batch: string
  readonly shard: Shard
  /** Errors of instances that are not to be tried, by index. */
  readonly given: { readonly [index: number]: InstanceError }
}

/** Milliseconds before each further try. */
const PAUSES = [200, 1000, 4000]

/** Longest error text in a result, in characters. */
const LONGEST_MESSAGE = 1000

/** The files of the shard. `begin` is called before each instance, with the number of those done. */
export async function explainShard(
  opened: Pick<OpenedExplainer, 'explain'>,
  plan: BatchPlan,
  { batch, shard, given }: ShardRequest,
  begin: (index: number, done: number) => void,
): Promise<ShardFiles> {
  const results: InstanceResult[] = []
  for (const [offset, { id, instance, error }] of shard.items.entries()) {
    const index = shard.first + offset
    const known = given[index] ?? error
    if (known !== undefined || instance === undefined) {
      results.push({ index, id, error: known ?? { code: 'data', message: 'no instance' } })
      continue
    }
    begin(index, offset)
    results.push({ index, id, ...(await attempt(() => opened.explain(instance, index))) })
  }
  return encodeShard(results, plan, { batch, shard: shard.shard, first: shard.first })
}

async function attempt<Made>(
  explain: () => Promise<Made>,
): Promise<{ explanation: Made } | { error: InstanceError }> {
  for (let tries = 0; ; tries++) {
    try {
      return { explanation: await explain() }
    } catch (error) {
      if (!(error instanceof SodalimeError)) throw error
      if (error.code === 'option' || error.code === 'missing-dependency') throw error
      const pause = error.code === 'predictor' ? PAUSES[tries] : undefined
      if (pause === undefined) {
        return { error: { code: error.code, message: error.message.slice(0, LONGEST_MESSAGE) } }
      }
      await sleep(pause)
    }
  }
}
