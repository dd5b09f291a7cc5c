/**
 * The flags that say how a text is cut, and what is switched off: for `explain text`, `batch text` and `worker text` alike.
 */
import { type Command, InvalidArgumentError } from 'commander'
import type { TextExplainerOptions, TextExplainOptions, TextUnit } from '../text/index.ts'
import { type ExplainFlags, given } from './explain-options.ts'
import type { ModelFlags } from './model-options.ts'
import { choice, wholeValue } from './option-values.ts'

/** What the flags below give. */
export interface TextChoices {
  readonly textEncoding?: string
  readonly unit?: TextUnit
  readonly bow?: boolean
  readonly charLevel?: boolean
  readonly splitExpression?: string
  readonly maskString?: string
  readonly locale?: string
  readonly ngram?: number
  readonly spans?: TextExplainOptions['spans'] & object
  readonly spanUnits?: 'utf16' | 'codePoints'
}

/** Adds the flags to a command. */
export function addTextOptions(command: Command): Command {
  return command
    .option('--text-encoding <name>', 'encoding of the file, such as latin1 (default: UTF-8)')
    .addOption(
      choice('--unit <unit>', 'what is switched off as one (default: word)', [
        'word',
        'character',
        'grapheme',
        'sentence',
        'paragraph',
      ]),
    )
    .option('--bow', 'equal words are one feature')
    .option('--no-bow', 'each word is a feature where it stands')
    .option('--char-level', 'explain characters, as in Python LIME')
    .option('--split-expression <pattern>', 'what separates words (default: \\W+)')
    .option('--mask-string <text>', 'what stands in place of a word that is off')
    .option(
      '--locale <language>',
      'language of the text, to find words without spaces: ja, th, und',
    )
    .option('--ngram <n>', 'so many words in a row are one feature', wholeValue)
    .option('--spans <json>', 'the features, as [[start, end], …]', spansValue)
    .addOption(
      choice('--span-units <units>', 'what spans count (default: utf16)', ['utf16', 'codePoints']),
    )
}

/** The explainer's options, without the seed. */
export function textExplainerOptions(
  flags: TextChoices & ExplainFlags & ModelFlags,
): TextExplainerOptions {
  const { unit, bow, charLevel, splitExpression, maskString, locale, ngram } = flags
  return given({
    ...{ unit, bow, charLevel, splitExpression, maskString, locale, ngram },
    mode: flags.mode,
    classNames: flags.classNames,
    kernelWidth: flags.kernelWidth,
    featureSelection: flags.featureSelection,
    compatibility: flags.compatibility,
  })
}

function spansValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('Expected JSON such as [[0,4],[5,9]].')
  }
}
