/** How far a run is: a bar, samples, time left, and the button that stops it. */
import { countText, timeLeftText } from '../parts/text.ts'
import { isActive, type Run } from '../state/run.ts'

export function Progress({ run, onStop }: { readonly run: Run; readonly onStop: () => void }) {
  if (!isActive(run)) return null
  const { status, before, done, total, secondsLeft } = run
  const words =
    status === 'waiting'
      ? `Waiting for ${before} other ${before === 1 ? 'run' : 'runs'}`
      : total === 0
        ? 'Opening the model'
        : `${countText(done)} of ${countText(total)} samples`
  return (
    <div class="progress">
      <progress aria-label="Samples" {...(total > 0 && { max: total, value: done })} />
      <span class="progress-words">
        {words}
        {total > 0 && done < total && secondsLeft !== null && (
          <span class="muted"> · {timeLeftText(secondsLeft)}</span>
        )}
      </span>
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </div>
  )
}
