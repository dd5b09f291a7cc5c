/** Many instances: explained one after the other, sorted and filtered, and what matters over all of them. */
import { type Signal, signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { Failure, ManyItem, ManySummary, Setup } from 'sodalime/workbench'
import { failureFrom } from '../backend/backend.ts'
import { FailureBox } from '../parts/failure.tsx'
import { countText, numberText, outputText, timeLeftText } from '../parts/text.ts'
import { setup as current, explain } from '../state/current.ts'
import { backend, dataById, modelsById } from '../state/studio.ts'

interface ManyRun {
  readonly setup: Setup
  readonly items: readonly ManyItem[]
  readonly total: number
  readonly secondsLeft: number | null
  readonly status: 'running' | 'done' | 'failed' | 'stopped'
  readonly summary?: ManySummary
  readonly failure?: Failure
}

const run: Signal<ManyRun | undefined> = signal(undefined)
let stop: AbortController | undefined

/** Lines drawn at once. */
const PAGE = 50

export function ManyView() {
  const now = current.value
  const data = now?.data === undefined ? undefined : dataById.value.get(now.data)
  const shown = run.value
  return (
    <div class="page">
      <h1>Look at many</h1>
      {now === undefined || data === undefined ? (
        <p class="muted">Choose data first: a table, texts, pictures or series.</p>
      ) : (
        <ManyForm key={data.id} setup={now} count={data.count} name={data.name} />
      )}
      {shown !== undefined && <ManyResult shown={shown} />}
    </div>
  )
}

function ManyForm({
  setup,
  count,
  name,
}: {
  readonly setup: Setup
  readonly count: number
  readonly name: string
}) {
  const [wanted, setWanted] = useState(Math.min(count, 40))
  const [spread, setSpread] = useState(true)
  const [pick, setPick] = useState(5)
  const rows = chosenRows(count, wanted, spread)
  return (
    <form
      class="many-form"
      onSubmit={(event) => {
        event.preventDefault()
        start(setup, rows, pick)
      }}
    >
      <p>
        <bdi>{name}</bdi> by <bdi>{modelsById.value.get(setup.model)?.name ?? setup.model}</bdi>,
        with the options of the form under Explain.
      </p>
      <div class="row">
        <div class="field">
          <label for="many-count">Instances of {countText(count)}</label>
          <input
            id="many-count"
            type="number"
            min={1}
            max={Math.min(count, 10_000)}
            value={wanted}
            onChange={(event) => {
              const value = event.currentTarget.valueAsNumber
              if (Number.isFinite(value)) {
                setWanted(Math.round(Math.min(count, 10_000, Math.max(1, value))))
              }
            }}
          />
        </div>
        <div class="field">
          <label for="many-spread">Which</label>
          <select
            id="many-spread"
            value={spread ? 'spread' : 'first'}
            onChange={(event) => setSpread(event.currentTarget.value === 'spread')}
          >
            <option value="spread">evenly over the data</option>
            <option value="first">the first ones</option>
          </select>
        </div>
        <div class="field">
          <label for="many-pick">To pick out</label>
          <input
            id="many-pick"
            type="number"
            min={1}
            max={50}
            value={pick}
            onChange={(event) => {
              const value = event.currentTarget.valueAsNumber
              if (Number.isFinite(value)) setPick(Math.round(Math.min(50, Math.max(1, value))))
            }}
          />
        </div>
        <button type="submit" class="primary">
          Explain {countText(rows.length)}
        </button>
      </div>
    </form>
  )
}

function chosenRows(count: number, wanted: number, spread: boolean): number[] {
  const n = Math.min(count, wanted)
  return Array.from({ length: n }, (_, i) => (spread ? Math.floor((i * count) / n) : i))
}

function start(setup: Setup, rows: readonly number[], pick: number): void {
  stop?.abort(new Error('started anew'))
  const control = new AbortController()
  stop = control
  const items: ManyItem[] = []
  const update = (changes: Partial<ManyRun>) => {
    if (!control.signal.aborted) run.value = { ...run.value!, ...changes }
  }
  run.value = {
    ...{ setup, total: rows.length, items, secondsLeft: null },
    status: 'running',
  }
  let due = false
  backend()
    .many({ setup, rows, pick }, control.signal, (event) => {
      switch (event.type) {
        case 'item':
          items.push(event.item)
          // Many small events are drawn once a frame.
          if (!due) {
            due = true
            requestAnimationFrame(() => {
              due = false
              update({ items: items.slice(), secondsLeft: event.secondsLeft })
            })
          }
          break
        case 'done':
          update({ items: items.slice(), status: 'done', summary: event.summary })
          break
        case 'failed':
          update({ items: items.slice(), status: 'failed', failure: event.failure })
          break
        case 'waiting':
          break
      }
    })
    .then(() => {
      if (run.value?.status !== 'running') return
      const message = 'The answer broke off before its end.'
      update({ status: 'failed', failure: { name: 'Disconnected', message } })
    })
    .catch((error: unknown) => update({ status: 'failed', failure: failureFrom(error) }))
}

type Order = 'row' | 'surest' | 'unsure' | 'best' | 'worst'

function ManyResult({ shown }: { readonly shown: ManyRun }) {
  const { items, total, status, secondsLeft, failure, summary } = shown
  const wrong = items.filter(({ right }) => right === false).length
  const judged = items.filter(({ right }) => right !== undefined).length
  return (
    <div class="many" data-status={status}>
      {status === 'running' && (
        <div class="progress">
          <progress aria-label="Instances" max={total} value={items.length} />
          <span class="progress-words">
            {countText(items.length)} of {countText(total)} instances
            <span class="muted"> · {timeLeftText(secondsLeft)}</span>
          </span>
          <button
            type="button"
            onClick={() => {
              run.value = { ...shown, status: 'stopped' }
              stop?.abort(new Error('stopped'))
            }}
          >
            Stop
          </button>
        </div>
      )}
      {status === 'stopped' && (
        <p class="note" role="status">
          Stopped after {countText(items.length)} of {countText(total)} instances.
        </p>
      )}
      {failure !== undefined && (
        <FailureBox failure={failure}>
          {items.length > 0 && <p>What was explained by then stands below.</p>}
        </FailureBox>
      )}
      {judged > 0 && (
        <p>
          {countText(judged - wrong)} of {countText(judged)} predicted as labelled
          {wrong > 0 && `, ${countText(wrong)} otherwise`}.
        </p>
      )}
      {summary !== undefined && <Summary shown={shown} summary={summary} />}
      {items.length > 0 && <Items shown={shown} />}
    </div>
  )
}

function Summary({ shown, summary }: { readonly shown: ManyRun; readonly summary: ManySummary }) {
  const { importances, picked, coverage } = summary
  const most = importances[0]?.importance ?? 1
  const byRow = new Map(shown.items.map((one) => [one.row, one]))
  return (
    <div class="figures">
      <section aria-labelledby="overall-heading">
        <h2 id="overall-heading">What matters over all</h2>
        <ol class="overall">
          {importances.slice(0, 12).map(({ name, importance, meanWeight, share }) => (
            <li key={name}>
              <bdi class="one-line">{name}</bdi>
              <svg width="100%" height="14" aria-hidden="true">
                <rect
                  class="neutral"
                  width={`${Math.round((1000 * importance) / most) / 10}%`}
                  height="14"
                />
              </svg>
              <span
                class="number small"
                title={`mean weight ${numberText(meanWeight)}, in ${numberText(100 * share)} % of the explanations`}
              >
                {numberText(importance)}
              </span>
            </li>
          ))}
        </ol>
        <p class="small muted">
          Importance of a feature: √Σ|weight| over all explanations. The bins of a column count
          together.
        </p>
      </section>
      <section aria-labelledby="picked-heading">
        <h2 id="picked-heading">A few that show most of it</h2>
        <ul class="picked">
          {picked.map((row) => {
            const item = byRow.get(row)
            return (
              <li key={row}>
                <button type="button" class="entry" onClick={() => openRow(shown.setup, row)}>
                  <span class="card-title">
                    Number {row}: <bdi>{item?.label}</bdi>
                  </span>
                  <span class="muted small one-line">
                    {item?.weights
                      .slice(0, 3)
                      .map(([name]) => name)
                      .join(' · ')}
                  </span>
                </button>
              </li>
            )
          })}
        </ul>
        <p class="small muted">
          Submodular pick: together they cover {numberText(100 * coverage)} % of all importance.
        </p>
      </section>
    </div>
  )
}

function openRow({ kind, model, data, options }: Setup, row: number): void {
  explain({ kind, model, options, row, ...(data !== undefined && { data }) })
}

function Items({ shown }: { readonly shown: ManyRun }) {
  const [label, setLabel] = useState('')
  const [only, setOnly] = useState<'all' | 'wrong' | 'poor' | 'warned' | 'failed'>('all')
  const [least, setLeast] = useState(0)
  const [order, setOrder] = useState<Order>('row')
  const [page, setPage] = useState(0)
  const { items, setup } = shown
  const model = modelsById.value.get(setup.model)
  const regression = model?.task === 'regression'
  const labels = [...new Set(items.map((one) => one.label))].filter((one) => one !== '').sort()
  const found = items
    .filter(
      (one) =>
        (label === '' || one.label === label) &&
        (regression || one.failure !== undefined || one.prediction >= least / 100) &&
        (only === 'all' ||
          (only === 'wrong' && one.right === false) ||
          (only === 'poor' && one.fit !== null && one.fit < 0.5) ||
          (only === 'warned' && one.warnings.length > 0) ||
          (only === 'failed' && one.failure !== undefined)),
    )
    .sort(ORDERS[order])
  const pages = Math.max(1, Math.ceil(found.length / PAGE))
  const at = Math.min(page, pages - 1)
  return (
    <section aria-labelledby="items-heading">
      <h2 id="items-heading">One by one</h2>
      <div class="row filters">
        <div class="field">
          <label for="filter-label">Predicted</label>
          <select id="filter-label" value={label} onChange={(e) => setLabel(e.currentTarget.value)}>
            <option value="">any</option>
            {labels.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="filter-only">Only</label>
          <select
            id="filter-only"
            value={only}
            onChange={(e) => setOnly(e.currentTarget.value as typeof only)}
          >
            <option value="all">all</option>
            <option value="wrong">misclassified</option>
            <option value="poor">poor fit (R² below 0.5)</option>
            <option value="warned">with warnings</option>
            <option value="failed">failed</option>
          </select>
        </div>
        {!regression && (
          <div class="field">
            <label for="filter-least">Confidence at least {least} %</label>
            <input
              id="filter-least"
              type="range"
              min={0}
              max={100}
              value={least}
              onInput={(e) => setLeast(e.currentTarget.valueAsNumber)}
            />
          </div>
        )}
        <div class="field">
          <label for="filter-order">Order</label>
          <select
            id="filter-order"
            value={order}
            onChange={(e) => setOrder(e.currentTarget.value as Order)}
          >
            <option value="row">as in the data</option>
            <option value="surest">{regression ? 'largest first' : 'surest first'}</option>
            <option value="unsure">{regression ? 'smallest first' : 'least sure first'}</option>
            <option value="best">best fit first</option>
            <option value="worst">worst fit first</option>
          </select>
        </div>
      </div>
      <p class="small muted" role="status">
        {found.length === items.length
          ? `${countText(items.length)} instances`
          : `${countText(found.length)} of ${countText(items.length)} instances`}
      </p>
      <ul class="items">
        {found.slice(at * PAGE, (at + 1) * PAGE).map((one) => (
          <Item
            key={one.row}
            one={one}
            setup={setup}
            task={regression ? 'regression' : 'classification'}
          />
        ))}
      </ul>
      {pages > 1 && (
        <div class="row">
          <button type="button" disabled={at === 0} onClick={() => setPage(at - 1)}>
            Before
          </button>
          <span class="number">
            {at + 1} of {pages}
          </span>
          <button type="button" disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
            Next
          </button>
        </div>
      )}
    </section>
  )
}

const ORDERS: { readonly [order in Order]: (a: ManyItem, b: ManyItem) => number } = {
  row: (a, b) => a.row - b.row,
  surest: (a, b) => b.prediction - a.prediction,
  unsure: (a, b) => a.prediction - b.prediction,
  best: (a, b) => (b.fit ?? -1) - (a.fit ?? -1),
  worst: (a, b) => (a.fit ?? 2) - (b.fit ?? 2),
}

function Item({
  one,
  setup,
  task,
}: {
  readonly one: ManyItem
  readonly setup: Setup
  readonly task: string
}) {
  return (
    <li>
      <button type="button" class="entry" onClick={() => openRow(setup, one.row)}>
        <span class="number muted">{one.row}</span>
        {one.failure !== undefined ? (
          <bdi class="item-words one-line">{one.failure.message}</bdi>
        ) : (
          <>
            <span class="item-label">
              <bdi>{one.label}</bdi> <span class="number">{outputText(one.prediction, task)}</span>
              {one.right === false && (
                <span class="wrong">
                  {' '}
                  in the data: <bdi>{one.truth}</bdi>
                </span>
              )}
            </span>
            <span class="item-words one-line muted small">
              {one.weights.slice(0, 4).map(([name, weight]) => (
                <span key={name} class={weight < 0 ? 'against' : 'for'}>
                  {weight < 0 ? '−' : '+'}
                  <bdi>{name}</bdi>{' '}
                </span>
              ))}
            </span>
            <span class="number small">R² {one.fit === null ? '–' : numberText(one.fit)}</span>
          </>
        )}
      </button>
    </li>
  )
}
