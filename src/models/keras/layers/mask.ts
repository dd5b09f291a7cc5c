/**
 * Which steps of a sequence count: Keras's mask, handed on from tensor to tensor or given to a call.
 */
import type { Tensor } from '../graph.ts'
import type { Layer, LayerCall } from '../layer.ts'

/** The mask of a call, booleans (batch, time): its own, or its input's; undefined where every step counts. */
export function maskOf(layer: Layer, call: LayerCall, input: Tensor): string | undefined {
  const named = call.named.mask
  if (named === undefined || !('tensor' in named)) return input.mask
  return layer.graph.cast(layer.graph.plain(named.tensor), 'bool')
}
