/**
 * Makes the texts of perturbations: words that are off are replaced by a mask, what separates words stays.
 *
 * 1. The text is a list of switches, each a word with what separates it from the word before, in two versions, on and
 *    off, and a tail.
 * 2. Switches are taken in chunks of 8 (4 in long texts). The text of a chunk for one setting of its switches is joined
 *    once and kept: a text is then a few lookups.
 */
import type { BitMatrix } from '../math/bit-matrix.ts'
import type { CutField } from './text-features.ts'

/** Beyond this many switches chunks are small: 16 texts a chunk instead of 256. */
const MANY_SWITCHES = 4096

/** Makes the text of row i. */
export type TextTemplate = (X: BitMatrix, i: number) => string

/** The template of one field; an off word becomes `mask`. */
export function textTemplate({ pieces, feature }: CutField, mask: string): TextTemplate {
  const on: string[] = []
  const off: string[] = []
  const switches: number[] = []
  let before = ''
  pieces.forEach(({ text }, k) => {
    const id = feature[k]!
    if (id < 0) {
      before += text
      return
    }
    on.push(before + text)
    off.push(before + mask)
    switches.push(id)
    before = ''
  })
  const tail = before
  const size = switches.length > MANY_SWITCHES ? 4 : 8
  const words = Int32Array.from(switches, (id) => id >>> 5)
  const shifts = Uint8Array.from(switches, (id) => id & 31)
  const count = switches.length
  const chunks = Math.ceil(count / size)
  const kept = new Array<string | undefined>(chunks << size)

  function chunkText(chunk: number, setting: number): string {
    let text = ''
    const from = chunk * size
    const to = Math.min(count, from + size)
    for (let k = from; k < to; k++) text += (setting >>> (k - from)) & 1 ? on[k]! : off[k]!
    return text
  }

  return ({ words: bits, stride }, i) => {
    const base = i * stride
    let text = ''
    for (let chunk = 0, k = 0; chunk < chunks; chunk++) {
      const to = Math.min(count, k + size)
      let setting = 0
      for (let bit = 0; k < to; k++, bit++) {
        setting |= ((bits[base + words[k]!]! >>> shifts[k]!) & 1) << bit
      }
      const at = (chunk << size) | setting
      text += kept[at] ??= chunkText(chunk, setting)
    }
    return text + tail
  }
}
