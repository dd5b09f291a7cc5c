/**
 * Annotations of WFDB records in the MIT format (`.atr` and the like), annot(5).
 *
 * 1. Each annotation is two bytes, low first: the upper 6 bits are its type, the lower 10 the samples since the last one.
 * 2. Type 59 (skip) gives a longer distance in the next four bytes, high half first. Types 60 to 62 (number, subtype,
 *    channel) say something about the annotation before; 63 is text that belongs to it, padded to an even length.
 * 3. Two zero bytes end the file.
 */
import { DataError } from '../contract/errors.ts'

/** One annotation: usually a heart beat, by its symbol. */
export interface WfdbAnnotation {
  /** The sample it belongs to, from 0. */
  readonly sample: number
  /** `N` normal beat, `A` atrial premature, `V` ventricular premature, `+` change of rhythm, … */
  readonly symbol: string
  /** The text that goes with it; empty where there is none. */
  readonly aux: string
}

// The symbols of ecgcodes.h by annotation code; codes without one have no place in a record.
const SYMBOLS: { readonly [code: number]: string } = {
  1: 'N',
  2: 'L',
  3: 'R',
  4: 'a',
  5: 'V',
  6: 'F',
  7: 'J',
  8: 'A',
  9: 'S',
  10: 'E',
  11: 'j',
  12: '/',
  13: 'Q',
  14: '~',
  16: '|',
  18: 's',
  19: 'T',
  20: '*',
  21: 'D',
  22: '"',
  23: '=',
  24: 'p',
  25: 'B',
  26: '^',
  27: 't',
  28: '+',
  29: 'u',
  30: '?',
  31: '!',
  32: '[',
  33: ']',
  34: 'e',
  35: 'n',
  36: '@',
  37: 'x',
  38: 'f',
  39: '(',
  40: ')',
  41: 'r',
}

const SKIP = 59
const AUX = 63

/** The annotations in the bytes of an annotation file. Throws a DataError for a file that ends too early. */
export function parseWfdbAnnotations(
  bytes: Uint8Array,
  name = 'WFDB annotations',
): WfdbAnnotation[] {
  const annotations: { sample: number; symbol: string; aux: string }[] = []
  let at = 0
  let sample = 0
  const word = (): number => {
    if (at + 2 > bytes.length) throw cutOff(name, at)
    const value = bytes[at]! | (bytes[at + 1]! << 8)
    at += 2
    return value
  }
  for (;;) {
    const value = word()
    if (value === 0) return annotations
    const code = value >> 10
    const low = value & 0x3ff
    if (code === SKIP) {
      const high = word()
      sample += (high << 16) | word()
    } else if (code === AUX) {
      if (at + low > bytes.length) throw cutOff(name, at)
      const text = String.fromCharCode(...bytes.subarray(at, at + low)).replace(/\0+$/, '')
      at += low + (low % 2)
      const last = annotations[annotations.length - 1]
      if (last !== undefined) last.aux = text
    } else if (code < SKIP) {
      sample += low
      annotations.push({ sample, symbol: SYMBOLS[code] ?? ' ', aux: '' })
    }
  }
}

function cutOff(name: string, at: number): DataError {
  return new DataError({
    where: name,
    got: `an end after ${at} bytes`,
    expected: 'annotations that end with two zero bytes',
    remedy: 'The file was cut off, or is not in the MIT format; copy it again.',
  })
}
