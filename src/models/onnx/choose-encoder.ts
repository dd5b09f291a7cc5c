/**
 * The encoder that an instance asks for: text, picture, series, or row of a table.
 *
 * A plain row of numbers also feeds a model of pictures or series, whose sizes it is reshaped to.
 */
import type { RasterImage, SeriesInput, TableRow, TextInput } from '../../contract/index.ts'
import type { Slices } from '../../contract/slices.ts'
import type { Encoder, GraphInput } from './feeds.ts'
import { type ImageLayout, imageEncoder } from './image-input.ts'
import { type SeriesLayout, seriesEncoder } from './series-input.ts'
import type { Tensors } from './session.ts'
import { type TableLayout, tableEncoder } from './table-input.ts'
import { type TextLayout, textEncoder } from './text-input.ts'

/** An instance of any kind that an ONNX model may take. */
export type OnnxInput = TableRow | TextInput | RasterImage | SeriesInput

/** What the encoders need to know about the model. */
export interface InputSide {
  readonly model: string
  readonly inputs: readonly GraphInput[]
  /** The layout of rows, made where a row comes. */
  readonly table: () => TableLayout
  readonly image: ImageLayout
  readonly series: SeriesLayout
  /** For networks over tokens. */
  readonly text?: TextLayout | undefined
  readonly convolves: boolean
}

/** Takes instances of all kinds; one batch holds instances of one kind. */
export function anyEncoder(side: InputSide): (instances: readonly OnnxInput[]) => Slices<Tensors> {
  const encoders = new Map<string, Encoder<never>>()
  return function* (instances) {
    const kind = kindOf(instances[0]!)
    let encoder = encoders.get(kind)
    if (encoder === undefined) {
      encoder = encoderFor(kind, side)
      encoders.set(kind, encoder)
    }
    const made = encoder(instances as readonly never[])
    return isSlices(made) ? yield* made : made
  }
}

function isSlices(made: Tensors | Slices<Tensors>): made is Slices<Tensors> {
  return Symbol.iterator in made
}

function kindOf(instance: OnnxInput): 'text' | 'image' | 'series' | 'table' {
  if (typeof instance === 'string') return 'text'
  if (Array.isArray(instance) || ArrayBuffer.isView(instance)) return 'table'
  const { data } = instance as { readonly data?: unknown }
  if (ArrayBuffer.isView(data)) return 'width' in instance ? 'image' : 'series'
  return 'table'
}

function encoderFor(kind: string, side: InputSide): Encoder<never> {
  const { model, inputs } = side
  if (kind === 'text') return textEncoder(model, inputs, side.text) as Encoder<never>
  if (kind === 'image') return imageEncoder(model, inputs, side.image) as Encoder<never>
  if (kind === 'series') {
    return seriesEncoder(model, inputs, side.series, side.convolves) as Encoder<never>
  }
  return tableEncoder(model, side.table()) as Encoder<never>
}
