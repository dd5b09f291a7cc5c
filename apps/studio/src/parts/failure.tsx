/** What went wrong, and what can be done about it. */
import type { ComponentChildren } from 'preact'
import type { Failure } from 'sodalime/workbench'

/** The box; `children` are buttons. */
export function FailureBox({
  failure,
  children,
}: {
  readonly failure: Failure
  readonly children?: ComponentChildren
}) {
  return (
    <div class="failure" role="alert">
      <p>
        <bdi>{failure.message}</bdi>
      </p>
      {failure.remedy !== undefined && <p class="muted">{failure.remedy}</p>}
      {children}
    </div>
  )
}
