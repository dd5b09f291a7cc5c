/**
 * Ctrl-C: the first one asks a command to stop and clean up, the second one ends the process at once.
 */
import { exitCodeOf, Interruption } from './exit-codes.ts'

/** A signal that is aborted at SIGINT or SIGTERM, and a function that stops listening. */
export function listenForInterrupts(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    const reason = new Interruption(name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT')
    if (controller.signal.aborted) process.exit(exitCodeOf(reason))
    controller.abort(reason)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
