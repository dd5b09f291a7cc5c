/**
 * `Embedding`: a row of the table for each number, and a mask where 0 means that there is nothing.
 *
 * Numbers may come as floats, as Keras takes them: they are cut to whole numbers.
 */
import type { Translator } from '../layer.ts'

/** `Embedding(input_dim, output_dim, mask_zero)`. */
export const embedding: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const rows = layer.count('input_dim')
  const size = layer.count('output_dim')
  const [table] = layer.weights([{ name: 'embeddings', shape: [rows, size] }])
  const indices = graph.cast(graph.plain(input), 'int64')
  const name = layer.constant('embeddings', [rows, size], () => table!)
  const value = graph.node('Gather', [name, indices], { axis: { int: 0 } })
  const masked = layer.flag('mask_zero', false)
  const mask = masked
    ? graph.node('Not', [graph.node('Equal', [indices, graph.int(0)])])
    : undefined
  return graph.tensor(value, [...input.shape, size], mask)
}
