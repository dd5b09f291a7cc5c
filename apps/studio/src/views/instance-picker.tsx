/**
 * The instance: a row of a table with its values to edit, a text to type, a picture, a series.
 */
import { useEffect, useState } from 'preact/hooks'
import type { ColumnInfo, DataInfo, InstancePreview, Setup } from 'sodalime/workbench'
import { failureFrom } from '../backend/backend.ts'
import { countText } from '../parts/text.ts'
import { change } from '../state/current.ts'
import { backend, dataById, notice } from '../state/studio.ts'

const PAGE = 12

export function InstancePicker({ setup }: { readonly setup: Setup }) {
  const data = setup.data === undefined ? undefined : dataById.value.get(setup.data)
  return (
    <section aria-labelledby="instance-heading">
      <h2 id="instance-heading">Instance</h2>
      {data !== undefined && <Picker key={data.id} data={data} setup={setup} />}
      {setup.kind === 'text' && <TextEditor setup={setup} />}
    </section>
  )
}

/** Which instance of the data: a number, its neighbours, or one out of the list. */
function Picker({ data, setup }: { readonly data: DataInfo; readonly setup: Setup }) {
  const { kind, count } = data
  const row = setup.row ?? 0
  const choose = (next: number) => {
    const inside = Math.min(count - 1, Math.max(0, next))
    const { values: _v, text: _t, ...kept } = setup
    change({ ...kept, row: inside, values: undefined, text: undefined })
  }
  const noun = { tabular: 'Row', text: 'Text', image: 'Picture', series: 'Series' }[kind]
  const asGrid = kind === 'image'
  return (
    <>
      {count > 1 && (
        <div class="stepper">
          <label for="instance-row">{noun}</label>
          <button
            type="button"
            aria-label="The one before"
            disabled={row <= 0}
            onClick={() => choose(row - 1)}
          >
            ‹
          </button>
          <input
            id="instance-row"
            type="number"
            min={0}
            max={count - 1}
            value={row}
            onChange={(event) => {
              const value = event.currentTarget.valueAsNumber
              if (Number.isFinite(value)) choose(Math.round(value))
            }}
          />
          <button
            type="button"
            aria-label="The next one"
            disabled={row >= count - 1}
            onClick={() => choose(row + 1)}
          >
            ›
          </button>
          <span class="muted">of {countText(count)}</span>
        </div>
      )}
      {count > 1 && kind !== 'tabular' && (
        <InstanceList data={data} row={row} asGrid={asGrid} onChoose={choose} />
      )}
      {count === 1 && asGrid && <InstanceList data={data} row={row} asGrid onChoose={choose} />}
      {kind === 'tabular' && <ValueEditor data={data} setup={setup} onChoose={choose} />}
    </>
  )
}

/** Previews of instances from `from` on; empty until they are there. */
export function usePreviews(
  data: DataInfo,
  from: number,
  count: number,
): readonly InstancePreview[] {
  const [found, setFound] = useState<readonly InstancePreview[]>([])
  useEffect(() => {
    let wanted = true
    backend()
      .instances({ data: data.id, from, count })
      .then((list) => {
        if (wanted) setFound(list)
      })
      .catch((error: unknown) => {
        const failure = failureFrom(error)
        if (wanted && failure.name !== 'Disconnected') notice.value = failure
      })
    return () => {
      wanted = false
    }
  }, [data, from, count])
  return found
}

function InstanceList({
  data,
  row,
  asGrid,
  onChoose,
}: {
  readonly data: DataInfo
  readonly row: number
  readonly asGrid: boolean
  readonly onChoose: (row: number) => void
}) {
  const from = Math.floor(row / PAGE) * PAGE
  const found = usePreviews(data, from, PAGE)
  return (
    <ul class={asGrid ? 'thumbnails' : 'lines'}>
      {found.map((one) => (
        <li key={one.row}>
          <button
            type="button"
            aria-pressed={one.row === row}
            onClick={() => onChoose(one.row)}
            title={one.name ?? `number ${one.row}`}
          >
            <Preview one={one} />
          </button>
        </li>
      ))}
    </ul>
  )
}

function Preview({ one }: { readonly one: InstancePreview }) {
  const truth = one.truth !== undefined && <bdi class="truth">{one.truth}</bdi>
  if (one.picture !== undefined) {
    return (
      <>
        <img src={one.picture} alt={one.name ?? `picture ${one.row}`} />
        {truth}
      </>
    )
  }
  if (one.line !== undefined) {
    return (
      <>
        <span class="muted number">{one.row}</span>
        <Sparkline values={one.line} />
        {truth}
      </>
    )
  }
  return <bdi class="one-line">{one.text ?? one.name ?? `number ${one.row}`}</bdi>
}

function Sparkline({ values }: { readonly values: readonly number[] }) {
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  const points = values
    .map((value, i) => `${i},${(20 * (1 - (value - low) / span)).toFixed(1)}`)
    .join(' ')
  return (
    <svg
      class="sparkline"
      viewBox={`0 -1 ${Math.max(1, values.length - 1)} 22`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points} />
    </svg>
  )
}

function TextEditor({ setup }: { readonly setup: Setup }) {
  const data = setup.data === undefined ? undefined : dataById.value.get(setup.data)
  const [shown, setShown] = useState<string | undefined>(setup.text)
  const row = setup.row ?? 0
  useEffect(() => {
    if (setup.text !== undefined || data === undefined) {
      setShown(setup.text ?? '')
      return undefined
    }
    let wanted = true
    wholeText(data, row).then((text) => {
      if (wanted) setShown(text)
    })
    return () => {
      wanted = false
    }
  }, [setup.text, data, row])
  return (
    <div class="field">
      <label for="instance-text">Text</label>
      <textarea
        id="instance-text"
        rows={5}
        value={shown ?? ''}
        placeholder="Type or paste a text"
        onInput={(event) => {
          const text = event.currentTarget.value
          setShown(text)
          change({ text })
        }}
      />
    </div>
  )
}

/** A text of the data set in full; a single instance is listed whole. */
export async function wholeText(data: DataInfo, row: number): Promise<string> {
  const [one] = await backend().instances({ data: data.id, from: row, count: 1 })
  return one?.text ?? ''
}

/** All values of the row, each to be changed. */
function ValueEditor({
  data,
  setup,
  onChoose,
}: {
  readonly data: DataInfo
  readonly setup: Setup
  readonly onChoose: (row: number) => void
}) {
  const row = setup.row ?? 0
  const [one] = usePreviews(data, row, 1)
  const columns = (data.columns ?? []).map((column, index) => ({ column, index }))
  const features = columns.filter(({ column }) => column.name !== data.target)
  const changed = Object.keys(setup.values ?? {}).length
  if (one?.values === undefined) return null
  const { values } = one
  return (
    <>
      {one.truth !== undefined && (
        <p class="small">
          <span class="muted">{data.target ?? 'in the data'}:</span> <bdi>{one.truth}</bdi>
        </p>
      )}
      <details class="values">
        <summary>Values{changed > 0 && <span class="muted"> · {changed} changed</span>}</summary>
        {changed > 0 && (
          <button type="button" class="quiet" onClick={() => onChoose(row)}>
            All as in the data
          </button>
        )}
        <div class="value-grid">
          {features.map(({ column, index }) => (
            <ValueField
              key={column.name}
              column={column}
              original={values[index] ?? null}
              setup={setup}
              prefix="value"
            />
          ))}
        </div>
      </details>
    </>
  )
}

/** One value to edit; the original one is not kept as a change. */
export function ValueField({
  column,
  original,
  setup,
  prefix,
  onChange,
}: {
  readonly column: ColumnInfo
  readonly original: string | number | boolean | null
  readonly setup: Pick<Setup, 'values'>
  readonly prefix: string
  readonly onChange?: (values: Setup['values']) => void
}) {
  const { name, type, categories, range } = column
  const given = setup.values
  const isChanged = given !== undefined && Object.hasOwn(given, name)
  const value = isChanged ? given[name]! : original
  const id = `${prefix}-${name}`
  const set = (next: string | number | null) => {
    const { [name]: _, ...others } = given ?? {}
    const all = next === original ? others : { ...others, [name]: next }
    const values = Object.keys(all).length > 0 ? all : undefined
    if (onChange) onChange(values)
    else change({ values })
  }
  return (
    <div class={`value ${isChanged ? 'changed' : ''}`}>
      <label for={id}>
        <bdi>{name}</bdi>
      </label>
      {type === 'number' ? (
        <input
          id={id}
          type="number"
          step="any"
          value={value === null ? '' : Number(value)}
          placeholder="missing"
          title={range ? `in the data from ${range[0]} to ${range[1]}` : undefined}
          onChange={(event) => {
            const next = event.currentTarget.valueAsNumber
            set(Number.isFinite(next) ? next : null)
          }}
        />
      ) : (
        <select
          id={id}
          value={value === null ? '' : String(value)}
          onChange={(event) => set(event.currentTarget.value || null)}
        >
          <option value="">missing</option>
          {value !== null && !categories.includes(String(value)) && (
            <option value={String(value)}>{String(value)}</option>
          )}
          {categories.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      )}
    </div>
  )
}
