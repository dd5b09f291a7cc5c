/**
 * Texts to one tensor of strings, (n) or (n, 1): what scikit-learn's vectorizers take when exported to ONNX.
 */
import { type Encoder, type GraphInput, wrongKind } from './feeds.ts'

/** An encoder of texts. Throws a ShapeError for a graph that does not take one string an instance. */
export function textEncoder(model: string, inputs: readonly GraphInput[]): Encoder<string> {
  const input = inputs.find(({ type }) => type === 'string')
  if (input === undefined || inputs.length > 1) throw wrongKind(model, 'a text', inputs)
  return (texts) => ({
    [input.name]: {
      type: 'string',
      data: [...texts],
      dims: [texts.length, ...input.sizes.map(() => 1)],
    },
  })
}
