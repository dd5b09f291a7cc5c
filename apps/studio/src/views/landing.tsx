/** The first page: demonstrations, one click each, and the way to files of one's own. */
import { chooseData, chooseModel, explain } from '../state/current.ts'
import { catalogue } from '../state/studio.ts'
import { FileButton } from './drop-zone.tsx'

export function Landing() {
  const all = catalogue.value
  if (all === undefined) return null
  const given = all.models.filter(({ origin }) => origin !== 'demo')
  return (
    <div class="landing">
      <h1>Why did the model say that?</h1>
      <p class="lede">
        Explain single predictions, switch parts of an instance off, and see whether the explanation
        holds.
      </p>
      {given.length > 0 && (
        <section aria-labelledby="own-heading">
          <h2 id="own-heading">Your models</h2>
          <ul class="cards">
            {given.map(({ id, name, kinds, task }) => (
              <li key={id}>
                <button
                  type="button"
                  class="card"
                  onClick={() => {
                    chooseModel(id)
                    const fitting = all.data.find(
                      (one) => one.origin !== 'demo' && kinds.includes(one.kind),
                    )
                    if (fitting) chooseData(fitting.id)
                  }}
                >
                  <bdi class="card-title">{name}</bdi>
                  <span class="muted">{task ?? 'a model'}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="demos-heading">
        <h2 id="demos-heading">Try one</h2>
        <ul class="cards">
          {all.demos.map(({ id, title, summary, setup }) => (
            <li key={id}>
              <button type="button" class="card" data-demo={id} onClick={() => explain(setup)}>
                <KindMark kind={setup.kind} />
                <span class="card-title">{title}</span>
                <span class="muted">{summary}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="files-heading">
        <h2 id="files-heading">Or your own</h2>
        <p>
          Drop a model (ONNX or Keras) and data (CSV, Parquet, texts, series, pictures) anywhere on
          this page. They stay on this machine.
        </p>
        <FileButton>Choose files …</FileButton>
      </section>
    </div>
  )
}

/** A small drawing for each kind of instance. */
function KindMark({ kind }: { readonly kind: string }) {
  return (
    <svg class="kind-mark" viewBox="0 0 64 32" aria-hidden="true">
      {kind === 'tabular' && (
        <>
          <rect class="for" x="32" y="3" width="26" height="6" />
          <rect class="for" x="32" y="13" width="13" height="6" />
          <rect class="against" x="14" y="23" width="18" height="6" />
          <path d="M32 0v32" />
        </>
      )}
      {kind === 'text' && (
        <>
          <path d="M2 8h14M42 8h18M2 24h8M34 24h26" />
          <rect class="for" x="20" y="4" width="18" height="8" />
          <rect class="against" x="14" y="20" width="16" height="8" />
        </>
      )}
      {kind === 'image' && (
        <>
          <rect class="frame" x="16.5" y="0.5" width="31" height="31" />
          <rect class="for" x="24" y="8" width="8" height="8" />
          <rect class="for" x="32" y="16" width="8" height="8" />
          <rect class="against" x="32" y="8" width="8" height="8" />
        </>
      )}
      {kind === 'series' && (
        <>
          <rect class="for" x="22" y="0" width="14" height="32" opacity="0.5" />
          <path fill="none" d="M0 20h16l5-3 5 5 4-20 5 27 5-10 6 1 6-4 12 1" />
        </>
      )}
    </svg>
  )
}
