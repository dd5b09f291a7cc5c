/** The history of the session: what was explained, to open, to compare, to forget. */
import { CopyButton } from '../parts/copy-button.tsx'
import { outputText } from '../parts/text.ts'
import { show } from '../state/current.ts'
import { forget, type Remembered, remembered } from '../state/history.ts'
import { permalink } from '../state/permalink.ts'
import { dataById, modelsById } from '../state/studio.ts'

export function HistoryView() {
  const all = remembered.value
  return (
    <div class="page">
      <h1>History</h1>
      {all.length === 0 ? (
        <p class="muted">Nothing was explained yet.</p>
      ) : (
        <>
          <p class="muted">The last {all.length} explanations, kept in this browser.</p>
          <ol class="history">
            {all.map((one) => (
              <Entry key={one.id} one={one} />
            ))}
          </ol>
          <button type="button" onClick={() => forget()}>
            Forget all
          </button>
        </>
      )}
    </div>
  )
}

function Entry({ one }: { readonly one: Remembered }) {
  const { run, at, id } = one
  const { setup, explanation, status } = run
  const label = explanation?.labels[0]
  const model = modelsById.value.get(setup.model)?.name ?? setup.model
  const data = setup.data === undefined ? undefined : dataById.value.get(setup.data)?.name
  const place = data === undefined ? 'a text' : `${data}, number ${setup.row ?? 0}`
  return (
    <li>
      <button type="button" class="entry" onClick={() => show(run)}>
        <span class="card-title">
          Why <bdi>{label?.name ?? '…'}</bdi>?{' '}
          {label !== undefined && explanation !== undefined && (
            <span class="number">{outputText(label.prediction, explanation.task)}</span>
          )}
        </span>
        <span class="muted small">
          <bdi>{model}</bdi> · <bdi>{place}</bdi>
          {setup.values !== undefined && ', changed'}
          {setup.text !== undefined && ', typed'}
          {status !== 'done' && ` · ${status}`}
        </span>
        <time class="muted small" dateTime={new Date(at).toISOString()}>
          {new Date(at).toLocaleTimeString()}
        </time>
      </button>
      <CopyButton text={() => permalink(setup)}>Address</CopyButton>
      <button type="button" class="quiet" aria-label="Forget it" onClick={() => forget(id)}>
        ✕
      </button>
    </li>
  )
}
