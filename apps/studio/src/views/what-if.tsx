/**
 * What if: features switched off and values edited, the model's answer beside the surrogate's.
 *
 * The model is asked anew at each change; of answers that overtake each other only that to the newest change is shown.
 */
import { useEffect, useState } from 'preact/hooks'
import type { ExplanationData, LabelExplanation } from 'sodalime'
import { type Failure, type Setup, surrogateAnswer } from 'sodalime/workbench'
import { failureFrom } from '../backend/backend.ts'
import { FailureBox } from '../parts/failure.tsx'
import { differenceText, outputText } from '../parts/text.ts'
import { backend, dataById } from '../state/studio.ts'
import { ValueField } from './instance-picker.tsx'

/** Columns whose values can be edited at once. */
const EDITED = 8

export function WhatIf({
  setup,
  explanation,
  label,
  off,
  onReset,
}: {
  readonly setup: Setup
  readonly explanation: ExplanationData
  readonly label: LabelExplanation
  readonly off: ReadonlySet<number>
  readonly onReset: () => void
}) {
  const [values, setValues] = useState<Setup['values']>(undefined)
  const [outputs, setOutputs] = useState<readonly number[] | undefined>(undefined)
  const [failure, setFailure] = useState<Failure | undefined>(undefined)
  const changed = off.size > 0 || values !== undefined
  useEffect(() => {
    setFailure(undefined)
    if (!changed) {
      setOutputs(undefined)
      return undefined
    }
    const asked = new AbortController()
    const all = values === undefined ? setup.values : { ...setup.values, ...values }
    backend()
      .whatIf({ setup: { ...setup, ...(all && { values: all }) }, off: [...off] }, asked.signal)
      .then((answer) => setOutputs(answer.outputs))
      .catch((error: unknown) => {
        if (!asked.signal.aborted) setFailure(failureFrom(error))
      })
    return () => asked.abort(new Error('asked anew'))
  }, [setup, off, values, changed])
  const model = outputs?.[label.label]
  const surrogate = surrogateAnswer(explanation, label, { off, values })
  const reset = () => {
    setValues(undefined)
    onReset()
  }
  const { task } = explanation
  return (
    <section class={`what-if ${changed ? 'changed' : ''}`} aria-labelledby="what-if-heading">
      <div class="what-if-head">
        <h2 id="what-if-heading">What if?</h2>
        <p class="small muted">{HINTS[explanation.domain]}</p>
        {changed && (
          <button type="button" class="quiet" onClick={reset}>
            Reset
          </button>
        )}
      </div>
      <div class="meters" aria-live="polite">
        <Meter
          name="Model"
          task={task}
          range={explanation.predictionRange}
          was={label.prediction}
          now={changed ? model : label.prediction}
        />
        <Meter
          name="Surrogate"
          task={task}
          range={explanation.predictionRange}
          was={label.localPrediction}
          now={surrogate ?? undefined}
        />
      </div>
      {changed && model !== undefined && (
        <p class="small" data-verdict>
          {verdict(task, model - label.prediction, surrogate, label.localPrediction)}
        </p>
      )}
      {failure !== undefined && <FailureBox failure={failure} />}
      {explanation.instance.kind === 'tabular' && (
        <ValueEditor
          setup={setup}
          explanation={explanation}
          label={label}
          values={values}
          onChange={setValues}
        />
      )}
    </section>
  )
}

const HINTS = {
  tabular: 'Click a bar to put that value elsewhere, or edit a value below.',
  text: 'Click words or bars to switch them off.',
  image: 'Click segments or bars to hide them.',
  series: 'Click segments or bars to replace them.',
  composite: 'Click bars to switch them off.',
} as const

/** Whether the surrogate foresaw what the model did. */
function verdict(task: string, moved: number, surrogate: number | null, before: number): string {
  const said = differenceText(moved, task)
  if (surrogate === null)
    return `The model moves by ${said}. Without bins the surrogate counts in units of its own.`
  const foreseen = surrogate - before
  const gap = Math.abs(moved - foreseen)
  const scale = Math.max(Math.abs(moved), Math.abs(foreseen))
  const words =
    scale === 0 || gap <= 0.25 * scale
      ? 'the surrogate foresees it well'
      : moved * foreseen > 0
        ? 'the surrogate foresees the direction, not the size'
        : 'the surrogate does not foresee it'
  return `The model moves by ${said}, the surrogate by ${differenceText(foreseen, task)}: ${words}.`
}

function Meter({
  name,
  task,
  range,
  was,
  now,
}: {
  readonly name: string
  readonly task: string
  readonly range: readonly [number, number] | undefined
  readonly was: number
  readonly now: number | undefined
}) {
  const [low, high] = task === 'classification' ? [0, 1] : (range ?? [was, was])
  const span = high > low ? high - low : 1
  const place = (value: number) =>
    `${Math.round(1000 * Math.min(1, Math.max(0, (value - low) / span))) / 10}%`
  return (
    <div class="meter" data-meter={name.toLowerCase()}>
      <span class="meter-name">{name}</span>
      <svg width="100%" height="18" aria-hidden="true">
        <line class="hair" x1="0%" x2="100%" y1="9" y2="9" />
        {now !== undefined && (
          <line
            class={now < was ? 'against' : 'for'}
            x1={place(was)}
            x2={place(now)}
            y1="9"
            y2="9"
          />
        )}
        <circle class="was" cx={place(was)} cy="9" r="5" />
        {now !== undefined && <circle class="now" cx={place(now)} cy="9" r="5" />}
      </svg>
      <span class="number">
        {outputText(was, task)}
        {now === undefined ? ' → …' : now !== was ? ` → ${outputText(now, task)}` : ''}
      </span>
    </div>
  )
}

function ValueEditor({
  setup,
  explanation,
  label,
  values,
  onChange,
}: {
  readonly setup: Setup
  readonly explanation: ExplanationData
  readonly label: LabelExplanation
  readonly values: Setup['values']
  readonly onChange: (values: Setup['values']) => void
}) {
  const { instance, features } = explanation
  const data = setup.data === undefined ? undefined : dataById.value.get(setup.data)
  if (instance.kind !== 'tabular' || data?.columns === undefined) return null
  const strongest = label.weights.flatMap(({ feature }) => {
    const part = features[feature]?.part
    return part?.kind === 'tabular' ? part.columns : []
  })
  const shown = [...new Set(strongest)].slice(0, EDITED)
  return (
    <div class="value-grid wide">
      {shown.map((index) => {
        const name = instance.columns[index]!
        const column = data.columns!.find((one) => one.name === name)
        return (
          column && (
            <ValueField
              key={name}
              column={column}
              original={instance.values[index] ?? null}
              setup={{ values }}
              prefix="what-if"
              onChange={onChange}
            />
          )
        )
      })}
    </div>
  )
}
