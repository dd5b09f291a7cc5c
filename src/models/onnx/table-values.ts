/**
 * Values of a table as elements of a tensor:
 *
 * | tensor          | number            | text                | boolean         | missing (`null`) |
 * | --------------- | ----------------- | ------------------- | --------------- | ---------------- |
 * | float32, 64     | itself            | its number, if any  | 0 or 1          | NaN              |
 * | integers        | nearest integer   | its number, if any  | 0 or 1          | DataError        |
 * | string          | as JavaScript     | itself              | 'true', 'false' | ''               |
 * | bool            | not 0             | 'true', 'false'     | itself          | DataError        |
 */
import { PredictorError, type Value } from '../../contract/index.ts'
import type { GraphInput } from './feeds.ts'
import type { TensorData } from './session.ts'

/** A value as the tensor holds it; undefined where it cannot. */
export type Convert = (value: Value) => number | bigint | string | undefined

/** An array for `length` values of an input, and what turns values into its elements. Throws a PredictorError for types that no table has. */
export function columnStore(
  input: GraphInput,
  length: number,
): { data: TensorData['data']; convert: Convert } {
  switch (input.type) {
    case 'float32':
      return { data: new Float32Array(length), convert: toFloat }
    case 'float64':
      return { data: new Float64Array(length), convert: toFloat }
    case 'int64':
      return {
        data: new BigInt64Array(length),
        convert: (value) => {
          const integer = toInteger(value)
          return integer === undefined ? undefined : BigInt(integer)
        },
      }
    case 'int32':
      return { data: new Int32Array(length), convert: toInteger }
    case 'int16':
      return { data: new Int16Array(length), convert: toInteger }
    case 'int8':
      return { data: new Int8Array(length), convert: toInteger }
    case 'uint8':
      return { data: new Uint8Array(length), convert: toInteger }
    case 'bool':
      return { data: new Uint8Array(length), convert: toBit }
    case 'string':
      return {
        data: new Array<string>(length),
        convert: (value) => (value === null || value === undefined ? '' : String(value)),
      }
    default:
      throw new PredictorError({
        where: `input ${input.name}`,
        got: `elements of type ${input.type}`,
        expected: 'floats, integers, strings or booleans',
        remedy: 'Export the model with a Cast from float32 in front.',
      })
  }
}

function toFloat(value: Value): number | undefined {
  if (typeof value === 'number') return value
  if (value === null) return Number.NaN
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' ? numberIn(value) : undefined
}

function toInteger(value: Value): number | undefined {
  const number = value === null ? Number.NaN : toFloat(value)
  return number === undefined || !Number.isFinite(number) ? undefined : Math.round(number)
}

function toBit(value: Value): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : Number(value !== 0)
  if (typeof value === 'boolean') return Number(value)
  const text = typeof value === 'string' ? value.trim().toLowerCase() : ''
  if (text === 'true') return 1
  return text === 'false' ? 0 : undefined
}

function numberIn(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isNaN(number) ? undefined : number
}
