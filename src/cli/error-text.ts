/**
 * Errors as a person reads them in a terminal: what is wrong, and what to do, without a stack.
 *
 * Places in the library's messages become the flags that lead to them: `TabularExplainer.explain, options.numSamples`
 * reads `--num-samples`. With `SODALIME_DEBUG` set, the stack and the causes follow.
 */
import { SodalimeError } from '../contract/errors.ts'
import { Interruption } from './exit-codes.ts'

// Options whose flag has another name.
const FLAGS: { readonly [option: string]: string } = {
  labels: '--label',
  randomState: '--seed',
  categoricalFeatures: '--categorical',
  oneHotGroups: '--one-hot',
  discretizeContinuous: '--discretizer',
  task: '--mode',
  columns: '--features',
  columnNames: '--column-names',
}

/** The lines for stderr, closed by a line break. */
export function errorText(error: unknown, debug: boolean): string {
  const text = plainText(error)
  return debug ? `${text}${stackText(error)}` : text
}

function plainText(error: unknown): string {
  if (error instanceof Interruption) return 'interrupted\n'
  if (error instanceof SodalimeError) {
    const { got, expected, remedy } = error
    return `error: ${flagOf(error.where)}: got ${got}, expected ${expected}\n  ${remedy.replaceAll('\n', '\n  ')}\n`
  }
  const message = error instanceof Error ? error.message : String(error)
  return `error: ${message}\n  This should not happen: it is a bug in sodalime. Please report it with what the same command prints under SODALIME_DEBUG=1.\n`
}

/** The flag for a place in the library's options; any other place as it is. */
function flagOf(where: string): string {
  if (where === 'openModel, spec') return '--model'
  const match = /^[A-Za-z.]+, options\.(\w+)(.*)$/.exec(where)
  if (match === null) return where
  const [, option = '', rest = ''] = match
  const flag =
    FLAGS[option] ?? `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  return `${flag}${rest}`
}

function stackText(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const cause = error.cause === undefined ? '' : `caused by:\n${stackText(error.cause)}`
  return `${error.stack ?? ''}\n${cause}`
}
