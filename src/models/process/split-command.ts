/**
 * A command line into its words, as a shell would, without a shell: nothing is expanded, piped or redirected.
 *
 * Words are separated by spaces. '…' keeps everything, "…" everything but \" and \\. Outside of quotes a backslash
 * keeps the next character where that is a space, a quote or a backslash; else it stands for itself, so that Windows
 * paths survive.
 */
import { OptionError } from '../../contract/index.ts'

/** The words of a command. Throws an OptionError for an empty command and for a quote that is not closed. */
export function splitCommand(command: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < command.length; i++) {
    const char = command[i]!
    const next = command[i + 1] ?? ''
    const escapes =
      char === '\\' &&
      quote !== "'" &&
      (quote === '"' ? next === '"' || next === '\\' : /[\s'"\\]/.test(next))
    if (escapes) {
      word = (word ?? '') + next
      i++
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (word !== undefined) words.push(word)
  if (quote === '' && words.length > 0 && words[0] !== '') return words
  throw new OptionError({
    where: 'spawnPredictor, command',
    got: JSON.stringify(command),
    expected: quote === '' ? 'a program and its arguments' : `a closing ${quote}`,
    remedy: 'Give it as in a terminal, such as "python3 predict.py", or as an array of words.',
  })
}
