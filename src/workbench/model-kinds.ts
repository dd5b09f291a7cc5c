/**
 * Which kinds of instance a model can take, as far as its file tells.
 *
 * ONNX: one input of texts takes texts; rows of numbers take tables and series; three sizes take series and grey
 * pictures; four take pictures; several inputs take tables. Of a server or a program nothing is known: all kinds.
 */
import type { OnnxInspection } from '../models/onnx.ts'
import type { OpenedModel } from '../models/open.ts'
import { KINDS, type Kind } from './protocol.ts'

/** The kinds, the most likely first. */
export function kindsOf(model: OpenedModel): readonly Kind[] {
  const { inspection } = model as { readonly inspection?: OnnxInspection }
  if (inspection === undefined) return KINDS
  const { inputs } = inspection
  const input = inputs.length === 1 ? inputs[0]! : undefined
  if (input === undefined) return ['tabular']
  const rank = input.shape?.length
  if (input.element === 'string') {
    const only = rank === undefined || rank === 1 || (rank === 2 && input.shape![1] === 1)
    return only ? ['text', 'tabular'] : ['tabular']
  }
  switch (rank) {
    case 2:
      return ['tabular', 'series']
    case 3:
      return ['series', 'image']
    case 4:
      return ['image']
    default:
      return KINDS
  }
}
