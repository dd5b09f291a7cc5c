/**
 * The wire format of Protocol Buffers, as far as ONNX files need it.
 *
 * 1. Reading walks over the fields of one message and hands out each as a number or as a view of the file's bytes;
 *    nothing is copied, so that weights of any size cost nothing until they are asked for.
 * 2. Writing collects views and copies once, at the end.
 *
 * Wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes (protobuf.dev, "Encoding").
 */

/** A file that is not a well-formed message; callers turn it into an error that names the file. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

/** One field of a message. */
export interface WireField {
  readonly number: number
  readonly wire: 0 | 1 | 2 | 5
  /** Wire types 0 (signed, exact to 2^53), 1 (double) and 5 (float). */
  readonly value: number
  /** Wire type 2: the content; else empty. A view of the message. */
  readonly bytes: Uint8Array
  /** The whole field with its tag, as it stands in the message. */
  readonly encoded: Uint8Array
}

const EMPTY: Uint8Array = new Uint8Array(0)
const TWO_32 = 2 ** 32
const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Calls `visit` for each field of a message, in order. Throws a WireError where the message is malformed or cut off. */
export function eachField(message: Uint8Array, visit: (field: WireField) => void): void {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const end = message.length
  let at = 0
  while (at < end) {
    const start = at
    const tag = readVarint(message, at)
    at = tag.next
    const number = Math.floor(tag.value / 8)
    const wire = tag.value % 8
    if (number < 1) throw new WireError(`field number ${number} at byte ${start}`)
    let value = 0
    let bytes = EMPTY
    if (wire === 0) {
      const varint = readVarint(message, at)
      value = varint.value
      at = varint.next
    } else if (wire === 1 || wire === 5) {
      const size = wire === 1 ? 8 : 4
      if (at + size > end) throw new WireError(`the data end inside field ${number}`)
      value = wire === 1 ? view.getFloat64(at, true) : view.getFloat32(at, true)
      at += size
    } else if (wire === 2) {
      const length = readVarint(message, at)
      at = length.next
      if (length.value < 0 || at + length.value > end) {
        throw new WireError(
          `field ${number} announces ${length.value} bytes where ${end - at} are left`,
        )
      }
      bytes = message.subarray(at, at + length.value)
      at += length.value
    } else {
      throw new WireError(`wire type ${wire} at byte ${start}`)
    }
    visit({ number, wire, value, bytes, encoded: message.subarray(start, at) })
  }
}

/** The integers of a repeated field, packed or not. */
export function readInts(field: WireField): number[] {
  if (field.wire !== 2) return [field.value]
  const values: number[] = []
  for (let at = 0; at < field.bytes.length; ) {
    const varint = readVarint(field.bytes, at)
    values.push(varint.value)
    at = varint.next
  }
  return values
}

/** The floats of a repeated field, packed or not. */
export function readFloats(field: WireField): number[] {
  if (field.wire !== 2) return [field.value]
  const { buffer, byteOffset, byteLength } = field.bytes
  const view = new DataView(buffer, byteOffset, byteLength)
  return Array.from({ length: byteLength >> 2 }, (_, i) => view.getFloat32(4 * i, true))
}

/** A field's bytes as UTF-8. */
export function readString(field: WireField): string {
  return decoder.decode(field.bytes)
}

/** One message being written. Bytes handed in are not copied before `finish`. */
export class WireWriter {
  readonly #chunks: Uint8Array[] = []
  #length = 0

  /** An integer; negative ones take ten bytes, as int64 does. */
  int(field: number, value: number | bigint): void {
    this.#append(varintBytes(BigInt(field * 8)))
    this.#append(varintBytes(BigInt(value)))
  }

  float(field: number, value: number): void {
    this.#append(varintBytes(BigInt(field * 8 + 5)))
    this.#append(new Uint8Array(new Float32Array([value]).buffer))
  }

  bytes(field: number, value: Uint8Array): void {
    this.#append(varintBytes(BigInt(field * 8 + 2)))
    this.#append(varintBytes(BigInt(value.length)))
    this.#append(value)
  }

  string(field: number, value: string): void {
    this.bytes(field, encoder.encode(value))
  }

  ints(field: number, values: readonly (number | bigint)[]): void {
    for (const value of values) this.int(field, value)
  }

  floats(field: number, values: readonly number[]): void {
    this.bytes(field, new Uint8Array(new Float32Array(values).buffer))
  }

  message(field: number, message: WireWriter): void {
    this.#append(varintBytes(BigInt(field * 8 + 2)))
    this.#append(varintBytes(BigInt(message.#length)))
    for (const chunk of message.#chunks) this.#append(chunk)
  }

  /** A whole field, tag included, as it was read. */
  encoded(field: Uint8Array): void {
    this.#append(field)
  }

  /** The message in one fresh array. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#length)
    let at = 0
    for (const chunk of this.#chunks) {
      out.set(chunk, at)
      at += chunk.length
    }
    return out
  }

  #append(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }
}

function readVarint(bytes: Uint8Array, start: number): { value: number; next: number } {
  let low = 0
  let high = 0
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i]
    if (byte === undefined) throw new WireError('the data end inside a number')
    const bits = byte & 0x7f
    // Seven bits a byte: bytes 0 to 3 fill `low`, byte 4 is shared, bytes 5 to 9 fill `high`.
    if (i < 4) low |= bits << (7 * i)
    else if (i === 4) {
      low |= bits << 28
      high = bits >> 4
    } else high |= bits << (7 * i - 32)
    if (byte < 0x80) return { value: high * TWO_32 + (low >>> 0), next: start + i + 1 }
  }
  throw new WireError(`a number of more than ten bytes at byte ${start}`)
}

function varintBytes(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, value)
  const bytes: number[] = []
  while (rest > 127n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
