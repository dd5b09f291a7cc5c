/**
 * Arrays as case files hold them: nested lists, or `{ shape, dtype, base64 }`, little-endian and row-major.
 */

/** Values in row-major order with their shape. */
export interface NdArray {
  readonly shape: readonly number[]
  readonly data: Float64Array | Float32Array | Uint8Array | Int8Array | Uint16Array | Int32Array
}

/** What a case file may hold for an array. */
export type EncodedArray =
  | { readonly shape: readonly number[]; readonly dtype: string; readonly base64: string }
  | readonly unknown[]

const TYPES = {
  float64: Float64Array,
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int32: Int32Array,
}

/** Decodes an array of either form; throws for a dtype that is not known. */
export function readArray(encoded: EncodedArray): NdArray {
  if (!('base64' in encoded)) return nested(encoded as readonly unknown[])
  const bytes = Uint8Array.from(Buffer.from(encoded.base64, 'base64'))
  if (encoded.dtype === 'int64') {
    const data = Int32Array.from(new BigInt64Array(bytes.buffer), Number)
    return { shape: encoded.shape, data }
  }
  const type = TYPES[encoded.dtype as keyof typeof TYPES]
  if (type === undefined) throw new Error(`unknown dtype ${encoded.dtype}`)
  return { shape: encoded.shape, data: new type(bytes.buffer) }
}

function nested(list: readonly unknown[]): NdArray {
  const shape: number[] = []
  for (let head: unknown = list; Array.isArray(head); head = head[0]) shape.push(head.length)
  return { shape, data: Float64Array.from(list.flat(Number.POSITIVE_INFINITY) as number[]) }
}
