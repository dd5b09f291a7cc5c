/**
 * `image` cases: the explanation over the segments that are given, then the masks of `get_image_and_mask`.
 *
 * Where Python made the segments itself (`segments` null), the case's own map is explained, and ours is compared with it.
 */
import type { RasterImage } from '../../src/contract/instance.ts'
import { ImageExplainer, type ImageExplainOptions } from '../../src/image/index.ts'
import { type EncodedArray, readArray } from './arrays.ts'
import type { Comparison } from './compare.ts'
import { compareExplanation, type ExpectedExplanations } from './explanations.ts'
import { fromPython, surrogateOf } from './python-options.ts'
import { type GridModel, gridModel } from './reference-models.ts'
import { compareSegments } from './segmentation.ts'

type PythonOptions = { readonly [name: string]: unknown }

export interface ImageCase {
  readonly seed: number
  readonly image: EncodedArray
  readonly segments: EncodedArray | null
  readonly explainer_options: PythonOptions
  readonly explain_options: PythonOptions
  readonly model_regressor?: string | null
  readonly model: GridModel
  readonly expected: ExpectedExplanations & {
    readonly segments?: EncodedArray
    readonly masks?: {
      readonly [name: string]: {
        readonly label: number
        readonly options: PythonOptions
        readonly mask: EncodedArray
        readonly image_sum: number
      }
    }
  }
}

export async function runImage(test: ImageCase, comparison: Comparison): Promise<void> {
  const { expected } = test
  const image = rasterOf(test.image)
  const explainer = new ImageExplainer({
    ...fromPython(test.explainer_options),
    randomState: test.seed,
    compatibility: 'python',
  })
  const options = explainOptions(test)
  const labels = readArray(test.segments ?? expected.segments!).data
  const model = gridModel(test.model)
  if (test.segments === null) {
    const own = await explainer.explain(image, model, { ...options, numSamples: 2 })
    compareSegments(comparison, 'segments', own.segments.labels, labels)
  }
  const explanation = await explainer.explain(image, model, {
    ...options,
    segmentation: { labels },
  })
  compareExplanation(comparison, explanation, expected)
  for (const [name, one] of Object.entries(expected.masks ?? {})) {
    const { image: shown, mask } = explanation.imageAndMask(one.label, fromPython(one.options))
    const what = `masks, ${name}`
    comparison.numbers(`${what}, mask`, mask, readArray(one.mask).data, 0)
    comparison.number(`${what}, image_sum`, sum(shown.data), one.image_sum)
  }
}

/** Python's defaults: the five most likely labels; where `top_labels` is null, `labels`, by default 1. */
function explainOptions(test: ImageCase): ImageExplainOptions {
  const { top_labels: top = 5, labels = [1], hide_color, ...rest } = test.explain_options
  const surrogate = surrogateOf(test.model_regressor)
  return {
    ...fromPython(rest),
    ...(top === null ? { labels: labels as number[] } : { topLabels: top as number }),
    ...(hide_color !== undefined &&
      hide_color !== null && { hideColor: hide_color as number | number[] }),
    ...(surrogate && { surrogate: surrogate as ImageExplainOptions['surrogate'] & object }),
    keepNeighbourhood: true,
  }
}

/** A picture of a case: (height, width) is grey, (height, width, channels) as it says. */
export function rasterOf(encoded: EncodedArray): RasterImage {
  const { shape, data } = readArray(encoded)
  const [height, width, channels = 1] = shape as [number, number, number?]
  return { data: data as RasterImage['data'], width, height, channels }
}

function sum(values: RasterImage['data']): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}
