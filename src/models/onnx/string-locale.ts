/**
 * Text models on machines without the locale en_US.
 *
 * StringNormalizer asks for a locale to fold case, `en_US` unless the exporter says otherwise; ONNX Runtime refuses the
 * model where the system has not installed it, as on bare servers and in containers. `C.UTF-8` is there always and folds
 * the same letters.
 */
import type { OnnxModel } from './model-proto.ts'

/** Whether the model failed to load for want of a locale. */
export function lacksLocale(error: unknown, model: OnnxModel): boolean {
  const isAboutLocale = error instanceof Error && /construct locale/i.test(error.message)
  return isAboutLocale && model.graph.nodes.some(({ op }) => op === 'StringNormalizer')
}

/** The model with `C.UTF-8` as the locale of every StringNormalizer. */
export function withPlainLocale(model: OnnxModel): OnnxModel {
  const nodes = model.graph.nodes.map((node) => {
    if (node.op !== 'StringNormalizer') return node
    const { encoded: _, ...rest } = node
    return { ...rest, attributes: { ...node.attributes, locale: { string: 'C.UTF-8' } } }
  })
  return { ...model, graph: { ...model.graph, nodes } }
}
