/**
 * Makes the texts of perturbations: words that are off are replaced by a mask, what separates words stays.
 *
 * 1. The text is a list of switches, each a word with what separates it from the word before, in two versions, on and
 *    off, and a tail.
 * 2. Switches are taken four at a time. The text of a chunk for one of its 16 settings is joined once and kept: a text
 *    is then a lookup for every fourth word.
 */
import type { BitMatrix } from '../math/bit-matrix.ts'
import type { CutField } from './text-features.ts'

/** Makes the text of row i. */
export type TextTemplate = (X: BitMatrix, i: number) => string

/** A field's switches, in order, and what stands behind the last. */
interface Switches {
  readonly on: readonly string[]
  readonly off: readonly string[]
  /** The feature of each. */
  readonly feature: Int32Array
  readonly tail: string
}

/** Switches in a chunk. */
const SIZE = 4

/** The template of one field; an off word becomes `mask`. */
export function textTemplate(field: CutField, mask: string): TextTemplate {
  const { on, off, feature, tail } = switchesOf(field, mask)

  const count = feature.length
  const chunks = Math.ceil(count / SIZE)
  const kept = new Array<string | undefined>(chunks << SIZE)

  function chunkText(chunk: number, setting: number): string {
    const from = chunk * SIZE
    const parts = on.slice(from, from + SIZE)
    for (let k = 0; k < parts.length; k++) {
      if (((setting >>> k) & 1) === 0) parts[k] = off[from + k]!
    }
    // Joined, not added: the tree would be walked by every reader of every text.
    return parts.join('')
  }

  // Where a chunk's switches are neighbouring bits of one word, their setting is read at once.
  const together = new Uint8Array(chunks)
  for (let chunk = 0; chunk < chunks; chunk++) {
    const ids = feature.slice(chunk * SIZE, (chunk + 1) * SIZE)
    const inOrder = ids.every((id, k) => id === ids[0]! + k)
    together[chunk] = inOrder && (ids[0]! & 31) + ids.length <= 32 ? (1 << ids.length) - 1 : 0
  }

  return ({ words, stride }, i) => {
    const base = i * stride
    let text = ''
    for (let chunk = 0; chunk < chunks; chunk++) {
      let k = chunk * SIZE
      const id = feature[k]!
      let setting = (words[base + (id >>> 5)]! >>> (id & 31)) & together[chunk]!
      if (together[chunk] === 0) {
        const to = Math.min(count, k + SIZE)
        for (let bit = 0; k < to; k++, bit++) {
          const one = feature[k]!
          setting |= ((words[base + (one >>> 5)]! >>> (one & 31)) & 1) << bit
        }
      }
      const at = (chunk << SIZE) | setting
      text += kept[at] ??= chunkText(chunk, setting)
    }
    return text + tail
  }
}

function switchesOf({ pieces, feature }: CutField, mask: string): Switches {
  const on: string[] = []
  const off: string[] = []
  let before = ''
  pieces.forEach(({ text }, k) => {
    if (feature[k]! < 0) {
      before += text
      return
    }
    on.push(before + text)
    off.push(before + mask)
    before = ''
  })
  return { on, off, feature: feature.filter((id) => id >= 0), tail: before }
}
