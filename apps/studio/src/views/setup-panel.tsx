/** What is explained and how: model, data, instance, options, and the button that starts. */
import type { Setup } from 'sodalime/workbench'
import { chooseData, chooseModel, current, explain } from '../state/current.ts'
import { isActive } from '../state/run.ts'
import { catalogue, link, modelsById } from '../state/studio.ts'
import { FileButton } from './drop-zone.tsx'
import { InstancePicker } from './instance-picker.tsx'
import { OptionsForm } from './options-form.tsx'

export function SetupPanel({ setup }: { readonly setup: Setup }) {
  const all = catalogue.value
  if (all === undefined) return null
  const control = current.value
  const active = control !== undefined && isActive(control.run.value)
  const model = modelsById.value.get(setup.model)
  const fitting = all.data.filter(({ kind }) => model?.kinds.includes(kind) ?? true)
  const ready = setup.kind === 'text' ? setup.text !== '' : setup.data !== undefined
  return (
    <form
      class="setup"
      aria-label="What is explained"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) explain(setup)
      }}
    >
      <section aria-labelledby="choose-heading">
        <h2 id="choose-heading">Model and data</h2>
        <div class="field">
          <label for="model">Model</label>
          <select
            id="model"
            value={setup.model}
            onChange={(event) => chooseModel(event.currentTarget.value)}
          >
            {model === undefined && <option value={setup.model}>{setup.model} (not here)</option>}
            {all.models.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="data">Data</label>
          <select
            id="data"
            value={setup.data ?? ''}
            onChange={(event) => chooseData(event.currentTarget.value)}
          >
            {setup.data === undefined && <option value="">none</option>}
            {fitting.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <FileButton>Add files …</FileButton>
      </section>
      <InstancePicker setup={setup} />
      <OptionsForm setup={setup} />
      <div class="go">
        <button type="submit" class="primary" disabled={!ready || link.value === 'down'}>
          {active ? 'Explain anew' : 'Explain'}
        </button>
      </div>
    </form>
  )
}
