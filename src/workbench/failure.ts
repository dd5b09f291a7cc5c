/** What was thrown, in words that may be shown in a page: never a stack, never a path that was not given. */
import { SodalimeError } from '../contract/errors.ts'
import type { Failure } from './protocol.ts'

/** The failure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SodalimeError) {
    const { name, where, got, expected, remedy } = error
    return { name, message: `${where}: got ${got}, expected ${expected}.`, remedy }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { name: 'Error', message: message.slice(0, 1000) }
}
