/**
 * Makes names from strangers' data safe to show.
 *
 * A column name may hold terminal escapes, line breaks, or characters that reverse the reading order of what follows.
 * Letters, emoji, combining marks and right-to-left scripts stay as they are; what would act instead of being read is
 * shown: C0 controls as their control pictures (`␛`), the others as `\u{…}`, halves of surrogate pairs as U+FFFD.
 */

/** `text` in which nothing acts on terminal, page or reading order. Joiners inside emoji and scripts are kept. */
export function visibleText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd').replace(ACTING, (character) => {
    const code = character.codePointAt(0)!
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    return code === 0x7f ? '\u2421' : `\\u{${code.toString(16)}}`
  })
}

/** `text` in ASCII alone: typography by its plain form, everything else as `\u{…}`. */
export function asciiText(text: string): string {
  return text.replace(/[^\n -~]/gu, (character) => {
    const plain = PLAIN[character]
    return plain ?? `\\u{${character.codePointAt(0)!.toString(16)}}`
  })
}

// Controls (C0, DEL, C1), line and paragraph separators, everything that steers reading order, byte order mark,
// interlinear annotation, language tag.
const ACTING = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff\ufff9-\ufffb\u{e0001}]/gu

const PLAIN: { readonly [character: string]: string } = {
  '\u2212': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u00a0': ' ',
  '\u2026': '...',
  '\u00b7': '|',
  '\u00b2': '2',
  '\u2248': '~',
  '\u00d7': 'x',
  '\u201c': '"',
  '\u201d': '"',
  '\u2018': "'",
  '\u2019': "'",
  '\u2264': '<=',
  '\u2265': '>=',
}
