/** An explanation: the answer, why, the instance, what if, how far to trust it, and how to keep it. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ExplanationData } from 'sodalime'
import { drawInstance, drawPrediction, drawTrust, drawWeights, drawWords } from 'sodalime/render'
import { Choices } from '../parts/choices.tsx'
import { Drawing } from '../parts/drawing.tsx'
import { FailureBox } from '../parts/failure.tsx'
import { countText } from '../parts/text.ts'
import { explain } from '../state/current.ts'
import { isActive, type Run, type RunControl } from '../state/run.ts'
import { CodePanel } from './code-panel.tsx'
import { Keep } from './keep.tsx'
import { Progress } from './progress.tsx'
import { WhatIf } from './what-if.tsx'

export function Result({ control }: { readonly control: RunControl }) {
  const run = control.run.value
  const { explanation, failure, status } = run
  return (
    <div class="result" data-status={status}>
      <Progress run={run} onStop={control.stop} />
      {status === 'stopped' && (
        <p class="note" role="status">
          Stopped after {countText(run.done)} of {countText(run.total)} samples.
          {explanation === undefined
            ? ' That was too early for an explanation.'
            : ' This is the explanation of what the model had answered by then.'}
        </p>
      )}
      {failure !== undefined && (
        <FailureBox failure={failure}>
          {explanation !== undefined && (
            <p>Below is the explanation of what the model had answered by then.</p>
          )}
          <button type="button" onClick={() => explain(run.setup)}>
            Try again
          </button>
        </FailureBox>
      )}
      {explanation !== undefined && <Explained run={run} explanation={explanation} />}
      {explanation === undefined && isActive(run) && <div class="expected" aria-hidden="true" />}
    </div>
  )
}

function Explained({
  run,
  explanation,
}: {
  readonly run: Run
  readonly explanation: ExplanationData
}) {
  const { labels } = explanation
  const [wanted, setWanted] = useState<number | undefined>(undefined)
  const label = labels.find((one) => one.label === wanted) ?? labels[0]
  const number = label?.label
  const active = isActive(run)
  const [off, setOff] = useState<ReadonlySet<number>>(NOTHING)
  // Another explanation has other features.
  useEffect(() => setOff(NOTHING), [run.setup, active])
  const toggle = (feature: number) => {
    const next = new Set(off)
    if (!next.delete(feature)) next.add(feature)
    setOff(next)
  }
  const words = useMemo(() => drawWords(explanation, { label: number }), [explanation, number])
  const prediction = useMemo(() => drawPrediction(explanation), [explanation])
  const switches = active ? {} : SWITCHES
  const weights = useMemo(
    () => drawWeights(explanation, { label: number, ...switches }),
    [explanation, number, active],
  )
  const instance = useMemo(
    () => drawInstance(explanation, { label: number, id: 'instance', ...switches }),
    [explanation, number, active],
  )
  const trust = useMemo(() => drawTrust(explanation), [explanation])
  if (label === undefined) return null
  const { warnings } = explanation.diagnostics
  return (
    <div data-linked-all>
      <header class="answer">
        <h1>
          Why <bdi>{label.name}</bdi>?
        </h1>
        {run.truth !== undefined && (
          <p class="muted">
            In the data: <bdi>{run.truth}</bdi>
          </p>
        )}
        <Drawing html={words} class="words" />
        {labels.length > 1 && (
          <Choices
            title="Labels"
            choices={labels.map((one) => ({ value: one.label, name: one.name }))}
            value={number}
            onChoose={setWanted}
          />
        )}
      </header>
      {warnings.length > 0 && (
        <aside class="warnings" aria-label="Warnings">
          <ul>
            {warnings.map(({ code, message }) => (
              <li key={code}>
                <bdi>{message}</bdi>
              </li>
            ))}
          </ul>
        </aside>
      )}
      {!active && (
        <WhatIf
          key={number}
          setup={run.setup}
          explanation={explanation}
          label={label}
          off={off}
          onReset={() => setOff(NOTHING)}
        />
      )}
      <div class={`figures ${explanation.domain}`}>
        <section class="why" aria-labelledby="why-heading">
          <h2 id="why-heading">Why</h2>
          <Drawing html={weights} off={off} {...(!active && { onToggle: toggle })} />
        </section>
        <section class="subject" aria-labelledby="instance-result-heading">
          <h2 id="instance-result-heading">{INSTANCE_TITLES[explanation.domain]}</h2>
          <Drawing html={instance} off={off} {...(!active && { onToggle: toggle })} />
        </section>
        <section aria-labelledby="prediction-heading">
          <h2 id="prediction-heading">Prediction</h2>
          <Drawing html={prediction} />
        </section>
        <section aria-labelledby="trust-heading">
          <h2 id="trust-heading">How far to trust it</h2>
          <Drawing html={trust} />
        </section>
      </div>
      {!active && <Keep setup={run.setup} explanation={explanation} label={number} />}
      {!active && <CodePanel setup={run.setup} />}
    </div>
  )
}

const NOTHING: ReadonlySet<number> = new Set()
const SWITCHES = { switchedOff: [] }

const INSTANCE_TITLES = {
  tabular: 'The row among the data',
  text: 'In the text',
  image: 'In the picture',
  series: 'In the series',
  composite: 'In the instance',
} as const
