import { describe, expect, it } from 'vitest'
import { splitCommand } from '../../../src/models/process/split-command.ts'

describe('splitCommand', () => {
  it.each([
    ['python3 predict.py', ['python3', 'predict.py']],
    ['  a   b ', ['a', 'b']],
    [`run 'two words' "and more"`, ['run', 'two words', 'and more']],
    [`a'b c'd`, ['ab cd']],
    [`say "a \\"quoted\\" word" ''`, ['say', 'a "quoted" word', '']],
    [String.raw`one\ word $HOME | > x`, ['one word', '$HOME', '|', '>', 'x']],
    [
      String.raw`C:\Python\python.exe "C:\a b\predict.py"`,
      [String.raw`C:\Python\python.exe`, String.raw`C:\a b\predict.py`],
    ],
  ])('splits %s', (command, words) => {
    expect(splitCommand(command)).toEqual(words)
  })

  it.each(['', '   ', `open 'quote`, `"`])('refuses %s', (command) => {
    expect(() => splitCommand(command)).toThrow(expect.objectContaining({ code: 'option' }))
  })
})
