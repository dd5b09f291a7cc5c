/**
 * Values of flags: numbers, lists, groups. What cannot be read is refused in commander's own words, with exit code 2.
 */
import { readFileSync } from 'node:fs'
import { InvalidArgumentError, Option } from 'commander'
import { didYouMean } from '../contract/nearest.ts'
import { parseNames } from '../models/preprocessing.ts'

/** An option with a few values; another one is refused with the nearest of them. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description).choices(values)
  return option.argParser((value: string) => {
    if (values.includes(value)) return value
    const list = `Expected one of ${values.join(', ')}.`
    throw new InvalidArgumentError(didYouMean(value, values, '').concat(' ', list).trim())
  })
}

/** A finite number. */
export function numberValue(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidArgumentError('Expected a number.')
}

/** An integer; whether it is in range is the library's to say. */
export function wholeValue(text: string): number {
  const value = numberValue(text)
  if (Number.isInteger(value)) return value
  throw new InvalidArgumentError('Expected an integer.')
}

/** Seconds above 0. */
export function secondsValue(text: string): number {
  const value = numberValue(text)
  if (value > 0) return value
  throw new InvalidArgumentError('Expected seconds above 0.')
}

/** Names between commas, joined to those of earlier uses of the flag. A name that holds a comma: `\,`. */
export function listValue(text: string, before: readonly string[] = []): string[] {
  const names = text
    .split(/(?<!\\),/)
    .map((name) => name.replaceAll('\\,', ',').trim())
    .filter((name) => name !== '')
  if (names.length > 0) return [...before, ...names]
  throw new InvalidArgumentError('Expected names between commas.')
}

/** Names between commas; `@file` stands for those in a file (a JSON list or index, or one a line). */
export function namesValue(text: string, before: readonly string[] = []): string[] {
  const names = listValue(text).flatMap((name) => {
    if (!name.startsWith('@')) return [name]
    const path = name.slice(1)
    try {
      return parseNames(readFileSync(path), path)
    } catch (error) {
      throw new InvalidArgumentError(
        `The file of names cannot be read. ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  })
  return [...before, ...names]
}

/** One value for each use of the flag, commas and all. */
export function repeatedValue(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}

/** `group=a,b,c`, joined to the groups of earlier uses. */
export function groupValue(
  text: string,
  before: { readonly [group: string]: readonly string[] } = {},
): { [group: string]: readonly string[] } {
  const at = text.indexOf('=')
  if (at <= 0 || at === text.length - 1) {
    throw new InvalidArgumentError('Expected GROUP=COLUMN,COLUMN,…')
  }
  return { ...before, [text.slice(0, at).trim()]: listValue(text.slice(at + 1)) }
}

/** `column=number` or `column=category`, joined to those of earlier uses. */
export function typeValue(
  text: string,
  before: { readonly [column: string]: 'number' | 'category' } = {},
): { [column: string]: 'number' | 'category' } {
  const at = text.lastIndexOf('=')
  const type = text.slice(at + 1)
  if (at > 0 && (type === 'number' || type === 'category')) {
    return { ...before, [text.slice(0, at)]: type }
  }
  throw new InvalidArgumentError('Expected COLUMN=number or COLUMN=category.')
}

/** The labels of `--label`: a class name where the model has one of that name, else an index where it is an integer. */
export function labelChoice(
  labels: readonly string[] | undefined,
  classNames: readonly string[] | undefined,
): (string | number)[] | undefined {
  return labels?.map((label) =>
    classNames?.includes(label) !== true && /^\d+$/.test(label) ? Number(label) : label,
  )
}
