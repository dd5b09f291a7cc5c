/**
 * How many columns of a terminal a text takes.
 *
 * 1. Intl.Segmenter cuts it into grapheme clusters (UAX #29).
 * 2. A cluster with emoji presentation takes two columns, however many code points it joins (UTS #51).
 * 3. Otherwise its code points add up: combining marks, format characters and Hangul medials and finals 0, East Asian
 *    Wide and Fullwidth 2 (UAX #11, by block), the rest 1; a cluster takes two at most.
 */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Columns that `text` takes. Control characters count 0: make them visible first. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += clusterWidth(segment)
  return width
}

/**
 * `text` cut to at most `width` columns. What is left out stands for `ellipsis` two thirds along, so that the end of
 * `worst concave points > 0.16` survives.
 */
export function truncate(text: string, width: number, ellipsis = '\u2026'): string {
  if (displayWidth(text) <= width) return text
  const room = width - displayWidth(ellipsis)
  if (room < 1) return takeColumns(clusters(text), width)
  const tailRoom = room < 8 ? 0 : Math.floor(room / 3)
  const head = takeColumns(clusters(text), room - tailRoom)
  const tail = takeColumns(clusters(text).reverse(), tailRoom, true)
  return head + ellipsis + tail
}

/** `text` with spaces behind it up to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** `text` with spaces before it up to `width` columns. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text
}

/** Lines of at most `width` columns, broken at spaces, or inside a word that is longer than a line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const word of text.split(' ')) {
    let rest = word
    let columns = displayWidth(rest)
    if (line !== '' && used + 1 + columns > width) {
      lines.push(line)
      line = ''
      used = 0
    }
    while (columns > width) {
      const piece = takeColumns(clusters(rest), width)
      if (piece === '') break
      lines.push(piece)
      rest = rest.slice(piece.length)
      columns = displayWidth(rest)
    }
    used += columns + (line === '' ? 0 : 1)
    line += line === '' ? rest : ` ${rest}`
  }
  lines.push(line)
  return lines
}

function clusters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

function takeColumns(from: readonly string[], width: number, backwards = false): string {
  const taken: string[] = []
  let used = 0
  for (const cluster of from) {
    used += clusterWidth(cluster)
    if (used > width) break
    taken.push(cluster)
  }
  return (backwards ? taken.reverse() : taken).join('')
}

function clusterWidth(cluster: string): number {
  if (/\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u.test(cluster)) return 2
  let width = 0
  for (const character of cluster) {
    if (/[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]/u.test(character)) continue
    width += WIDE.test(character) ? 2 : 1
  }
  return Math.min(2, width)
}

const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u
