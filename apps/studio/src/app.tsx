/** The page: its head, the view that is chosen, and what is said about the connection. */
import { FailureBox } from './parts/failure.tsx'
import { current, leave, setup } from './state/current.ts'
import { remembered } from './state/history.ts'
import { link, notice, VIEWS, view } from './state/studio.ts'
import { CompareView } from './views/compare-view.tsx'
import { DropZone } from './views/drop-zone.tsx'
import { HistoryView } from './views/history-view.tsx'
import { Landing } from './views/landing.tsx'
import { ManyView } from './views/many-view.tsx'
import { Result } from './views/result.tsx'
import { SetupPanel } from './views/setup-panel.tsx'

const TITLES = { explain: 'Explain', compare: 'Compare', many: 'Many', history: 'History' }

export function App() {
  const chosen = setup.value
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <button type="button" class="brand" title="To the beginning" onClick={leave}>
          <img src="./icon.svg" alt="" width="22" height="22" />
          sodalime <span class="muted">studio</span>
        </button>
        {(chosen !== undefined || remembered.value.length > 0) && (
          <nav aria-label="Views">
            {VIEWS.map((one) => (
              <button
                key={one}
                type="button"
                aria-current={view.value === one ? 'page' : undefined}
                onClick={() => {
                  view.value = one
                }}
              >
                {TITLES[one]}
              </button>
            ))}
          </nav>
        )}
      </header>
      {link.value === 'down' && (
        <p class="lost" role="status">
          The studio’s server cannot be reached. What is here stays; the page looks for it again
          every second.
        </p>
      )}
      {notice.value !== undefined && (
        <div class="notice">
          <FailureBox failure={notice.value}>
            <button
              type="button"
              class="quiet"
              onClick={() => {
                notice.value = undefined
              }}
            >
              Dismiss
            </button>
          </FailureBox>
        </div>
      )}
      <main id="main">
        <Shown />
      </main>
      <DropZone />
    </>
  )
}

function Shown() {
  if (view.value === 'history') return <HistoryView />
  if (setup.value === undefined) return <Landing />
  if (view.value === 'compare') return <CompareView />
  if (view.value === 'many') return <ManyView />
  return <ExplainView />
}

function ExplainView() {
  const chosen = setup.value
  if (chosen === undefined) return null
  return (
    <div class="workplace">
      <SetupPanel setup={chosen} />
      <div class="stage">
        {current.value !== undefined ? (
          <Result control={current.value} />
        ) : (
          <p class="empty muted">Choose an instance, then Explain.</p>
        )}
      </div>
    </div>
  )
}
