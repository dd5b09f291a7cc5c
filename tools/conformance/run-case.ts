/**
 * Runs one conformance case and says what differed.
 */
import { Comparison, type Difference } from './compare.ts'
import { type ImageCase, runImage } from './image.ts'
import { type RandomStateCase, runRandomState } from './random-state.ts'
import { runSegmentation, type SegmentationCase } from './segmentation.ts'
import { runSurrogate, type SurrogateCase } from './surrogate.ts'
import {
  runRecurrent,
  runSubmodularPick,
  runTabular,
  type SubmodularPickCase,
  type TabularCase,
} from './tabular.ts'
import { runText, type TextCase } from './text.ts'

/** A case file; the rest of its fields depend on the domain. */
export interface ConformanceCase {
  readonly case: string
  readonly domain: string
}

/** What came of it. */
export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly differences: readonly Difference[] }
  | { readonly status: 'skipped'; readonly reason: string }

type Runner = (test: never, comparison: Comparison) => void | Promise<void>

const RUNNERS: { readonly [domain: string]: Runner } = {
  'random-state': (test: RandomStateCase, comparison) => runRandomState(test, comparison),
  surrogate: (test: SurrogateCase, comparison) => runSurrogate(test, comparison),
  tabular: (test: TabularCase, comparison) => runTabular(test, comparison),
  'recurrent-tabular': (test: TabularCase, comparison) => runRecurrent(test, comparison),
  text: (test: TextCase, comparison) => runText(test, comparison),
  image: (test: ImageCase, comparison) => runImage(test, comparison),
  segmentation: (test: SegmentationCase, comparison) => runSegmentation(test, comparison),
  'submodular-pick': (test: SubmodularPickCase, comparison) => runSubmodularPick(test, comparison),
}

/** Runs a case; an error that it throws is a difference too. */
export async function runCase(test: ConformanceCase): Promise<Outcome> {
  const runner = RUNNERS[test.domain]
  if (runner === undefined) {
    return { status: 'skipped', reason: `the domain ${test.domain} is not built yet` }
  }
  const comparison = new Comparison()
  try {
    await runner(test as never, comparison)
  } catch (error) {
    comparison.holds('an error', false, String(error), 'an answer')
  }
  const { differences } = comparison
  return differences.length === 0 ? { status: 'passed' } : { status: 'failed', differences }
}
