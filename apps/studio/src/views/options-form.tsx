/** All options of an explanation, with their defaults and one line of help each. */
import { type OptionSpec, type OptionValue, optionsOf, type Setup } from 'sodalime/workbench'
import { changeOption } from '../state/current.ts'
import { modelsById } from '../state/studio.ts'

export function OptionsForm({ setup }: { readonly setup: Setup }) {
  const specs = optionsOf(setup.kind)
  const others = specs.filter((one) => !one.prominent)
  const changed = others.filter(({ name }) => setup.options[name] !== undefined).length
  return (
    <section aria-labelledby="options-heading">
      <h2 id="options-heading">Options</h2>
      {specs.map((spec) => spec.prominent && <Field key={spec.name} spec={spec} setup={setup} />)}
      <details>
        <summary>
          All options{changed > 0 && <span class="muted"> · {changed} changed</span>}
        </summary>
        {others.map((spec) => (
          <Field key={spec.name} spec={spec} setup={setup} />
        ))}
        <button
          type="button"
          class="quiet"
          onClick={() => {
            for (const { name } of specs) changeOption(name, undefined)
          }}
        >
          All back to their defaults
        </button>
      </details>
    </section>
  )
}

function Field({ spec, setup }: { readonly spec: OptionSpec; readonly setup: Setup }) {
  const { name, help, type } = spec
  const id = `option-${name}`
  const isChanged = setup.options[name] !== undefined
  return (
    <div class={`field ${type === 'boolean' ? 'check' : ''}`}>
      <label for={id}>
        <code>{name}</code>
        {isChanged && (
          <button
            type="button"
            class="reset"
            aria-label={`${name} back to its default`}
            title="Back to its default"
            onClick={() => changeOption(name, undefined)}
          >
            ↺
          </button>
        )}
      </label>
      <OptionControl
        spec={spec}
        setup={setup}
        id={id}
        onChange={(value) => changeOption(name, value)}
      />
      <p id={`${id}-help`} class="help">
        {help}
      </p>
    </div>
  )
}

/** The control of one option; `undefined` is its default. Its help stands in the element `{id}-help`. */
export function OptionControl({
  spec,
  setup,
  id,
  onChange,
}: {
  readonly spec: OptionSpec
  readonly setup: Setup
  readonly id: string
  readonly onChange: (value: OptionValue | undefined) => void
}) {
  const { name, type, choices, least, most, default: fallback } = spec
  const value = setup.options[name] ?? fallback
  const described = { id, 'aria-describedby': `${id}-help` }
  if (name === 'label') return <LabelChoice setup={setup} id={id} onChange={onChange} />
  switch (type) {
    case 'choice':
      return (
        <select
          {...described}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {choices!.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      )
    case 'boolean':
      return (
        <input
          {...described}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'text':
      return (
        <input
          {...described}
          type="text"
          value={value === null ? '' : String(value)}
          placeholder={fallback === null ? 'default' : String(fallback)}
          onChange={(event) => {
            const text = event.currentTarget.value
            onChange(text === '' && fallback === null ? undefined : text)
          }}
        />
      )
    default:
      return (
        <input
          {...described}
          type="number"
          min={least}
          max={most}
          step={type === 'integer' ? 1 : 'any'}
          value={value === null ? '' : Number(value)}
          placeholder={fallback === null ? 'default' : String(fallback)}
          onInput={({ currentTarget }) => {
            if (currentTarget.validity.valid) onChange(numberOf(currentTarget))
          }}
          onChange={(event) => onChange(numberOf(event.currentTarget))}
        />
      )
  }
}

/** The number, brought into the range; nothing where there is none. */
function numberOf(input: HTMLInputElement): OptionValue | undefined {
  const value = input.valueAsNumber
  if (!Number.isFinite(value)) return undefined
  const low = input.min === '' ? value : Number(input.min)
  const high = input.max === '' ? value : Number(input.max)
  const kept = Math.min(high, Math.max(low, input.step === '1' ? Math.round(value) : value))
  if (kept !== value) input.valueAsNumber = kept
  return kept
}

function LabelChoice({
  setup,
  id,
  onChange,
}: {
  readonly setup: Setup
  readonly id: string
  readonly onChange: (value: string) => void
}) {
  const model = modelsById.value.get(setup.model)
  const names = model?.classNames ?? []
  const value = String(setup.options.label ?? '')
  return (
    <select
      id={id}
      aria-describedby={`${id}-help`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      <option value="">the predicted one</option>
      {value !== '' && !names.includes(value) && <option value={value}>{value}</option>}
      {names.slice(0, 1000).map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  )
}
