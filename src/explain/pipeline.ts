/**
 * Where explainers enter the pipeline. It is loaded with the first explanation: until then a page needs the explainers and
 * their options only.
 */
import type { Explanation } from '../contract/explanation.ts'
import type { ExplainRequest } from './explain-neighbourhood.ts'

let loaded: typeof import('./explain-neighbourhood.ts') | undefined

/** Runs the pipeline (`explain-neighbourhood.ts`). */
export async function explainNeighbourhood<Input, Result extends Explanation = Explanation>(
  request: ExplainRequest<Input, Result>,
): Promise<Result> {
  loaded ??= await import('./explain-neighbourhood.ts')
  return loaded.explainNeighbourhood(request)
}
