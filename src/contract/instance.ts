/**
 * The four kinds of instance as a predictor sees them.
 *
 * | kind   | one instance                                                        |
 * | ------ | ------------------------------------------------------------------- |
 * | table  | a `TableRow`, in the form of the training data                       |
 * | text   | a `string`, or an object of strings where a model has several fields |
 * | image  | a `RasterImage`                                                      |
 * | series | a `Matrix` of (time steps, channels)                                 |
 *
 * A model with several inputs gets an object with one of these for each part.
 */
import type { Matrix } from './matrix.ts'

/** One value of a table: a number, a category, or missing (`null`). */
export type Value = number | string | boolean | null

/** One row of a table: values in column order, a view into a flat matrix, or values by column name. */
export type TableRow = readonly Value[] | Float64Array | { readonly [column: string]: Value }

/** One text, or several named texts (title and body, question and answer). */
export type TextInput = string | { readonly [field: string]: string }

/**
 * One picture: pixels row by row, channels last, so that channel c of pixel (y, x) stands at
 * `data[(y * width + x) * channels + c]`. Bytes run from 0 to 255; floats have the range of the model's own pictures.
 */
export interface RasterImage {
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array | Float64Array
  readonly width: number
  readonly height: number
  /** 1 grey, 3 RGB, 4 RGBA. */
  readonly channels: number
}

/** One series: (time steps, channels). */
export type SeriesInput = Matrix
