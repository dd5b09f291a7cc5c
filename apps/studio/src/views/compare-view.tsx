/** Two explanations side by side: two labels, models, settings or seeds, and where they disagree. */
import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { ExplanationData, LabelExplanation } from 'sodalime'
import {
  type ComparedFeature,
  type Side as ComparedSide,
  comparedFeatures,
  drawInstance,
  drawWeights,
  sharedTop,
  similarity,
} from 'sodalime/render'
import { optionsOf, type Setup } from 'sodalime/workbench'
import { Choices } from '../parts/choices.tsx'
import { Drawing } from '../parts/drawing.tsx'
import { FailureBox } from '../parts/failure.tsx'
import { numberText, outputText } from '../parts/text.ts'
import { setup as current, currentRun, withOption } from '../state/current.ts'
import { isActive, type Run, type RunControl, startRun } from '../state/run.ts'
import { catalogue, modelsById } from '../state/studio.ts'
import { OptionControl } from './options-form.tsx'
import { Progress } from './progress.tsx'

type Subject = 'label' | 'model' | 'setting' | 'seed'

const SUBJECTS: readonly { readonly value: Subject; readonly name: string }[] = [
  { value: 'label', name: 'Labels' },
  { value: 'model', name: 'Models' },
  { value: 'setting', name: 'Settings' },
  { value: 'seed', name: 'Seeds' },
]

const subject = signal<Subject>('label')
const option = signal('surrogate')
/** What the sides have in place of the current setup's; undefined: the same. */
const sides = signal<{ readonly a?: Setup; readonly b?: Setup }>({})
const runs = signal<{ readonly a: RunControl; readonly b: RunControl } | undefined>(undefined)

export function CompareView() {
  const now = current.value
  if (now === undefined) return null
  const a = sides.value.a?.kind === now.kind ? sides.value.a : startOf('a', now, subject.value)
  const b = sides.value.b?.kind === now.kind ? sides.value.b : startOf('b', now, subject.value)
  const both = runs.value
  const active = both !== undefined && (isActive(both.a.run.value) || isActive(both.b.run.value))
  return (
    <div class="page">
      <h1>Compare</h1>
      <form
        class="compare-form"
        onSubmit={(event) => {
          event.preventDefault()
          runs.value?.a.stop()
          runs.value?.b.stop()
          runs.value = { a: startRun(placed(a, now)), b: startRun(placed(b, now)) }
        }}
      >
        <Choices
          title="What differs"
          choices={SUBJECTS}
          value={subject.value}
          onChoose={(value) => {
            subject.value = value
            sides.value = {}
          }}
        />
        {subject.value === 'setting' && (
          <div class="field">
            <label for="compared-option">Setting</label>
            <select
              id="compared-option"
              value={option.value}
              onChange={(event) => {
                option.value = event.currentTarget.value
                sides.value = {}
              }}
            >
              {optionsOf(now.kind)
                .filter(({ name }) => name !== 'label' && name !== 'randomState')
                .map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
            </select>
          </div>
        )}
        <div class="sides">
          <Side
            title="A"
            id="side-a"
            setup={a}
            onChange={(next) => {
              sides.value = { ...sides.value, a: next }
            }}
          />
          <Side
            title="B"
            id="side-b"
            setup={b}
            onChange={(next) => {
              sides.value = { ...sides.value, b: next }
            }}
          />
        </div>
        <button type="submit" class="primary">
          {active ? 'Compare anew' : 'Compare'}
        </button>
      </form>
      {both !== undefined && <Compared a={both.a} b={both.b} />}
    </div>
  )
}

/** A side with the instance that is chosen now. */
function placed(side: Setup, { data, row, values, text }: Setup): Setup {
  const { data: _d, row: _r, values: _v, text: _t, ...rest } = side
  return {
    ...rest,
    ...(data !== undefined && { data }),
    ...(row !== undefined && { row }),
    ...(values !== undefined && { values }),
    ...(text !== undefined && { text }),
  }
}

/** What a side begins with: B differs from A where that can be. */
function startOf(side: 'a' | 'b', now: Setup, what: Subject): Setup {
  if (what === 'label') {
    const names = likelyNames() ?? modelsById.value.get(now.model)?.classNames ?? []
    const first = String(now.options.label ?? names[0] ?? '0')
    const other = names.find((name) => name !== first) ?? '1'
    const base = withOption(now, 'topLabels', undefined)
    return withOption(base, 'label', side === 'a' ? first : other)
  }
  if (side === 'a') return now
  if (what === 'model') {
    const fitting = catalogue.value?.models.filter(({ kinds }) => kinds.includes(now.kind)) ?? []
    return { ...now, model: fitting.find(({ id }) => id !== now.model)?.id ?? now.model }
  }
  if (what === 'seed') {
    return withOption(now, 'randomState', Number(now.options.randomState ?? 0) + 1)
  }
  const spec = optionsOf(now.kind).find(({ name }) => name === option.value)
  const held = now.options[option.value] ?? spec?.default
  const other = spec?.choices?.find((choice) => choice !== held)
  return other === undefined ? now : withOption(now, option.value, other)
}

/** The classes of the explanation that is shown, the most likely first. */
function likelyNames(): readonly string[] | undefined {
  const explanation = currentRun()?.explanation
  if (explanation === undefined || explanation.task !== 'classification') return undefined
  const { prediction, classNames } = explanation
  const order = [...prediction.keys()].sort((i, j) => prediction[j]! - prediction[i]!)
  return order.map((i) => classNames[i]!)
}

function Side({
  title,
  id,
  setup,
  onChange,
}: {
  readonly title: string
  readonly id: string
  readonly setup: Setup
  readonly onChange: (setup: Setup) => void
}) {
  const what = subject.value
  const name = { label: 'label', seed: 'randomState', setting: option.value, model: '' }[what]
  const spec = optionsOf(setup.kind).find((one) => one.name === name)
  const models = catalogue.value?.models.filter(({ kinds }) => kinds.includes(setup.kind)) ?? []
  return (
    <div class="field side">
      <label for={id}>{title}</label>
      {spec === undefined ? (
        <select
          id={id}
          value={setup.model}
          onChange={(event) => onChange({ ...setup, model: event.currentTarget.value })}
        >
          {models.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      ) : (
        <>
          <OptionControl
            spec={spec}
            setup={setup}
            id={id}
            onChange={(value) => onChange(withOption(setup, spec.name, value))}
          />
          <p class="help" id={`${id}-help`}>
            {spec.help}
          </p>
        </>
      )}
    </div>
  )
}

function Compared({ a, b }: { readonly a: RunControl; readonly b: RunControl }) {
  const one = a.run.value
  const other = b.run.value
  const first = sideOf(one)
  const second = sideOf(other)
  const settled = !isActive(one) && !isActive(other)
  return (
    <div class="comparison" data-settled={settled}>
      {first !== undefined && second !== undefined && settled && (
        <Disagreement a={first} b={second} />
      )}
      <div class="figures">
        <RunSide title="A" control={a} run={one} id="compared-a" />
        <RunSide title="B" control={b} run={other} id="compared-b" />
      </div>
    </div>
  )
}

function sideOf({ explanation }: Run): ComparedSide | undefined {
  const label = explanation?.labels[0]
  return explanation === undefined || label === undefined ? undefined : { explanation, label }
}

/** Features named in words and shown in the table. */
const TOP = 5
const ROWS = 15

function Disagreement({ a, b }: { readonly a: ComparedSide; readonly b: ComparedSide }) {
  const [features, alike] = useMemo(
    () => [comparedFeatures([a, b]), similarity(a, b)] as const,
    [a.explanation, b.explanation],
  )
  const shared = sharedTop(a, b, TOP)
  const opposite = features.filter(({ difference }) => difference === 'opposite').length
  return (
    <section aria-labelledby="disagreement-heading">
      <h2 id="disagreement-heading">Where they disagree</h2>
      <p>
        {shared} of their {TOP} strongest features are the same
        {opposite === 0
          ? ', and none has opposite signs.'
          : `; ${opposite} ${opposite === 1 ? 'feature has' : 'features have'} opposite signs.`}
        {alike !== null &&
          ` Similarity of the weights: ${numberText(alike)} (cosine; 1 is the same up to scale).`}
      </p>
      <Differences features={features} />
      <SaveReport a={a} b={b} />
    </section>
  )
}

function SaveReport({ a, b }: { readonly a: ComparedSide; readonly b: ComparedSide }) {
  return (
    <button
      type="button"
      onClick={async () => {
        const { saveSideBySide } = await import('../parts/exports.ts')
        saveSideBySide([
          { name: 'A', explanation: a.explanation, label: a.label.label },
          { name: 'B', explanation: b.explanation, label: b.label.label },
        ])
      }}
    >
      Report of both
    </button>
  )
}

function verdictOf({ difference, weights }: ComparedFeature): string {
  switch (difference) {
    case 'opposite':
      return 'opposite signs'
    case 'apart':
      return 'intervals apart'
    case 'some':
      return weights[0] === undefined ? 'only in B' : 'only in A'
    case 'same':
      return ''
  }
}

function Differences({ features }: { readonly features: readonly ComparedFeature[] }) {
  const shown = features.slice(0, ROWS)
  let most = 1e-300
  for (const { weights } of shown) {
    for (const one of weights) most = Math.max(most, Math.abs(one?.weight ?? 0))
  }
  return (
    <table class="differences">
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col" class="number">
            A
          </th>
          <th scope="col" class="number">
            B
          </th>
          <th scope="col" class="bars">
            <span class="sr">Bars</span>
          </th>
          <th scope="col">
            <span class="sr">Verdict</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((one, i) => {
          const [a, b] = one.weights
          return (
            <tr key={`${i} ${one.name}`} class={one.difference}>
              <th scope="row">
                <bdi>{one.name}</bdi>
              </th>
              <td class="number">{a === undefined ? '–' : numberText(a.weight)}</td>
              <td class="number">{b === undefined ? '–' : numberText(b.weight)}</td>
              <td class="bars">
                <svg width="100%" height="22" aria-hidden="true">
                  <Bar weight={a?.weight ?? 0} most={most} y={2} />
                  <Bar weight={b?.weight ?? 0} most={most} y={12} />
                  <line class="axis" x1="50%" x2="50%" y1="0" y2="22" />
                </svg>
              </td>
              <td class="verdict">{verdictOf(one)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Bar({
  weight,
  most,
  y,
}: {
  readonly weight: number
  readonly most: number
  readonly y: number
}) {
  const length = Math.round((500 * Math.abs(weight)) / most) / 10
  return (
    <rect
      class={weight < 0 ? 'against' : 'for'}
      x={`${weight < 0 ? 50 - length : 50}%`}
      y={y}
      width={`${length}%`}
      height="8"
    />
  )
}

function RunSide({
  title,
  control,
  run,
  id,
}: {
  readonly title: string
  readonly control: RunControl
  readonly run: Run
  readonly id: string
}) {
  const { explanation, failure } = run
  const label = explanation?.labels[0]
  return (
    <section aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>
        {title}: <bdi>{label?.name ?? '…'}</bdi>{' '}
        {label !== undefined && explanation !== undefined && (
          <span class="muted number">{outputText(label.prediction, explanation.task)}</span>
        )}
      </h2>
      <p class="small muted">
        <bdi>{modelsById.value.get(run.setup.model)?.name ?? run.setup.model}</bdi>
      </p>
      <Progress run={run} onStop={control.stop} />
      {failure !== undefined && <FailureBox failure={failure} />}
      {explanation !== undefined && label !== undefined && (
        <SideDrawings explanation={explanation} label={label} id={id} />
      )}
    </section>
  )
}

function SideDrawings({
  explanation,
  label,
  id,
}: {
  readonly explanation: ExplanationData
  readonly label: LabelExplanation
  readonly id: string
}) {
  const number = label.label
  const weights = useMemo(() => drawWeights(explanation, { label: number }), [explanation, number])
  const instance = useMemo(
    () => drawInstance(explanation, { label: number, id }),
    [explanation, number, id],
  )
  return (
    <div data-linked-all>
      <p class="small">Fit: R² {numberText(label.heldOutScore ?? label.score)}</p>
      <Drawing html={weights} />
      {explanation.domain !== 'tabular' && <Drawing html={instance} />}
    </div>
  )
}
