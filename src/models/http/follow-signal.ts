/**
 * Passes the abort of one signal on to many controllers by one listener: Node warns of a leak from the eleventh on.
 */

const followers = new WeakMap<AbortSignal, Set<AbortController>>()

/** Aborts `controller` with the signal's reason when that is aborted; what is returned ends this. */
export function follow(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (signal === undefined) return () => {}
  if (signal.aborted) {
    controller.abort(signal.reason)
    return () => {}
  }
  let all = followers.get(signal)
  if (all === undefined) {
    all = new Set()
    followers.set(signal, all)
  }
  if (all.size === 0) signal.addEventListener('abort', passOn)
  all.add(controller)
  return () => {
    all.delete(controller)
    if (all.size === 0) signal.removeEventListener('abort', passOn)
  }
}

function passOn(event: Event): void {
  const signal = event.target as AbortSignal
  for (const controller of [...(followers.get(signal) ?? [])]) controller.abort(signal.reason)
}
