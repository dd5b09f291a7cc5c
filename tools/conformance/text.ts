/**
 * `text` cases: features and their places first, then the explanation.
 */
import { TextExplainer, type TextExplainOptions } from '../../src/text/index.ts'
import type { Comparison } from './compare.ts'
import { compareExplanation, type ExpectedExplanations } from './explanations.ts'
import { fromPython, surrogateOf } from './python-options.ts'
import {
  type BagOfWordsModel,
  bagOfWordsModel,
  type CharactersModel,
  charactersModel,
} from './reference-models.ts'

export interface TextCase {
  readonly seed: number
  readonly text: string
  readonly explainer_options: { readonly [name: string]: unknown }
  readonly explain_options: { readonly [name: string]: unknown }
  readonly model_regressor?: string | null
  readonly model: BagOfWordsModel | CharactersModel
  readonly expected: ExpectedExplanations & {
    readonly features?: readonly string[]
    /** Start of each occurrence of each feature, in code points. */
    readonly positions?: readonly (number | readonly number[])[]
  }
}

export async function runText(test: TextCase, comparison: Comparison): Promise<void> {
  const { model, expected } = test
  const explainer = new TextExplainer({
    ...fromPython(test.explainer_options),
    randomState: test.seed,
    compatibility: 'python',
  })
  const surrogate = surrogateOf(test.model_regressor)
  const options: TextExplainOptions = {
    ...fromPython(test.explain_options),
    ...(surrogate && { surrogate: surrogate as TextExplainOptions['surrogate'] & object }),
    keepNeighbourhood: true,
  }
  const predict = model.type === 'characters' ? charactersModel(model) : bagOfWordsModel(model)
  const explanation = await explainer.explain(test.text, predict, options)
  const { features } = explanation
  if (expected.features) {
    comparison.same(
      'features',
      features.map(({ name }) => name),
      expected.features,
    )
  }
  if (expected.positions) {
    const got = features.map(({ part }) =>
      part.kind === 'text' ? part.spans.map(({ codePoint }) => codePoint) : [],
    )
    comparison.same(
      'positions',
      got,
      expected.positions.map((places) => [places].flat()),
    )
  }
  compareExplanation(comparison, explanation, expected)
}
