/**
 * What is being looked at: the setup as it is edited, and the run that was started from it last.
 */
import { effect, signal } from '@preact/signals'
import { type OptionValue, optionsOf, type Setup } from 'sodalime/workbench'
import { remember } from './history.ts'
import { decodeSetup, encodeSetup } from './permalink.ts'
import { isActive, type Run, type RunControl, startRun } from './run.ts'
import { catalogue, dataById, modelsById, view } from './studio.ts'

/** The setup as it is edited; undefined before anything was chosen. */
export const setup = signal<Setup | undefined>(undefined)

/** The run that is shown. */
export const current = signal<RunControl | undefined>(undefined)

/** The run's state, or undefined where there is none. */
export function currentRun(): Run | undefined {
  return current.value?.run.value
}

/** Changes the setup. */
export function change(changes: Partial<Setup>): void {
  if (setup.value === undefined) return
  setup.value = { ...setup.value, ...changes }
}

/** Changes one option; the default is not kept. */
export function changeOption(name: string, value: OptionValue | undefined): void {
  if (setup.value !== undefined) setup.value = withOption(setup.value, name, value)
}

/** A setup with one option changed. */
export function withOption(of: Setup, name: string, value: OptionValue | undefined): Setup {
  const { [name]: _, ...others } = of.options
  const spec = optionsOf(of.kind).find((one) => one.name === name)
  const keep = value !== undefined && value !== spec?.default
  return { ...of, options: keep ? { ...others, [name]: value } : others }
}

/** Chooses a model; the data that it can take stay, else the first that fit are taken. */
export function chooseModel(id: string): void {
  const model = modelsById.value.get(id)
  if (model === undefined) return
  const now = setup.value
  if (now !== undefined && model.kinds.includes(now.kind)) {
    const { label } = now.options
    const known = label === undefined || model.classNames?.includes(String(label)) === true
    setup.value = { ...withOption(now, 'label', known ? label : undefined), model: id }
    return
  }
  const kind = model.kinds[0] ?? 'tabular'
  const fitting = catalogue.value?.data.find((one) => one.kind === kind)
  setup.value = {
    kind,
    model: id,
    options: {},
    ...(fitting ? { data: fitting.id, row: 0 } : kind === 'text' ? { text: '' } : {}),
  }
}

/** Chooses a data set; the model stays where it can take it, else the first that can is taken. */
export function chooseData(id: string): void {
  const data = dataById.value.get(id)
  if (data === undefined) return
  const now = setup.value
  const { kind } = data
  const fits = now !== undefined && modelsById.value.get(now.model)?.kinds.includes(kind)
  const model = fits
    ? now.model
    : catalogue.value?.models.find((one) => one.kinds.includes(kind))?.id
  if (model === undefined) return
  const options = now?.kind === kind ? now.options : {}
  setup.value = { kind, model, data: id, row: 0, options }
}

/** Starts an explanation of a setup, in place of the one that runs. */
export function explain(of: Setup): void {
  current.value?.stop()
  setup.value = of
  view.value = 'explain'
  const started = startRun(of)
  current.value = started
  const hash = `#${encodeSetup(of)}`
  if (hash !== location.hash && hash.length < 100_000) history.pushState(null, '', hash)
  started.ended.then(remember)
}

/** Shows what was explained before. */
export function show(run: Run): void {
  current.value?.stop()
  setup.value = run.setup
  current.value = { run: signal(run), stop: () => {}, ended: Promise.resolve(run) }
  view.value = 'explain'
  history.pushState(null, '', `#${encodeSetup(run.setup)}`)
}

/** Back to the beginning. */
export function leave(): void {
  current.value?.stop()
  current.value = undefined
  setup.value = undefined
  view.value = 'explain'
  if (location.hash !== '') history.pushState(null, '', location.pathname)
}

/** Follows the address: explains what it names, now and when it changes. */
export function followAddress(): void {
  const follow = () => {
    const named = decodeSetup(location.hash)
    if (named === undefined) {
      if (location.hash === '' || location.hash === '#') leave()
      return
    }
    const known = currentRun()
    if (known !== undefined && encodeSetup(known.setup) === location.hash.slice(1)) return
    explain(named)
  }
  addEventListener('popstate', follow)
  addEventListener('hashchange', follow)
  follow()
}

effect(() => {
  const run = currentRun()
  const label = run?.explanation?.labels[0]?.name
  document.title =
    run === undefined
      ? 'sodalime studio'
      : isActive(run)
        ? 'Explaining … · sodalime studio'
        : `Why ${label?.slice(0, 60) ?? '…'}? · sodalime studio`
})
