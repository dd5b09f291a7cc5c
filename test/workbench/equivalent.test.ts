/** The command line that the studio shows gives the same explanation as the studio; and the code names the same. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ExplanationData } from '../../src/contract/explanation.ts'
import { SERIES_REPLACEMENTS } from '../../src/series/replacement.ts'
import { SERIES_SEGMENTATIONS } from '../../src/series/segmentation.ts'
import { addDemos } from '../../src/serve/demo-files.ts'
import {
  commandLine,
  DEMOS,
  optionsOf,
  type RunEvent,
  type Setup,
  surrogateAnswer,
  typescriptCode,
  Workbench,
} from '../../src/workbench/index.ts'
import { callCli } from '../cli/run-cli.ts'

const workbench = new Workbench()
beforeAll(() => addDemos(workbench))

async function explained(setup: Setup): Promise<ExplanationData> {
  const events: RunEvent[] = []
  await workbench.explain(setup, new AbortController().signal, (event) => events.push(event))
  const subject = events.find((event) => event.type === 'subject')
  const done = events.at(-1)
  if (subject?.type !== 'subject' || done?.type !== 'done') throw new Error(JSON.stringify(done))
  return { ...done.finding, ...subject.subject }
}

async function named(setup: Setup) {
  const { models, data } = workbench.catalogue()
  const [one] = await workbench.instances({ data: setup.data!, from: setup.row ?? 0, count: 1 })
  return {
    setup,
    model: models.find(({ id }) => id === setup.model)!,
    data: data.find(({ id }) => id === setup.data),
    instanceName: one?.name,
    text: one?.text,
  }
}

/** The words of a line that is quoted for a shell. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\'/g, (whole, inner) => (whole === "\\'" ? "'" : inner)),
  )
}

const table = DEMOS[0]!.setup
const text = DEMOS[1]!.setup
const CASES: readonly (readonly [string, Setup])[] = [
  ...DEMOS.map(({ id, setup }) => [id, setup] as const),
  ['a row with a value changed', { ...table, values: { 'worst area': 800, 'area error': 12.5 } }],
  [
    'other bins and surrogate',
    { ...table, options: { discretizer: 'decile', surrogate: 'lasso' } },
  ],
  ['Shapley values', { ...table, options: { method: 'shap', numSamples: 500 } }],
  ['another design and scale', { ...text, options: { sampling: 'auto', link: 'logit' } }],
  ['no bins', { ...table, options: { discretizer: 'none', sampleAroundInstance: true } }],
  ['a text with quotes', { ...text, text: 'it\'s "free", call $HOME `now` \\ !', options: {} }],
  ['a text like a flag', { ...text, text: '--free prize', options: { bow: 'no', ngram: 2 } }],
]

describe('the command line of a setup', () => {
  it.each(CASES)('explains the same: %s', async (_, setup) => {
    const here = await explained(setup)
    const line = commandLine(await named(setup))
    const json = join(mkdtempSync(join(tmpdir(), 'sodalime-equivalent-')), 'explanation.json')
    const [command, ...args] = words(line)
    expect(command).toBe('sodalime')
    // Before the text, which may come after `--`.
    const { code, stderr } = await callCli([...args.slice(0, 2), '--json', json, ...args.slice(2)])
    expect([code, stderr]).toEqual([0, expect.any(String)])
    const there = JSON.parse(readFileSync(json, 'utf8')) as ExplanationData
    expect(there.features).toEqual(here.features)
    const weights = ({ labels }: ExplanationData) =>
      labels.map(({ name, weights: all }) => [
        name,
        all.map(({ feature, weight }) => [feature, weight]),
      ])
    expect(weights(there)).toEqual(weights(here))
  })
})

describe('the code of a setup', () => {
  it.each(CASES)('names model, data and options: %s', async (_, setup) => {
    const all = await named(setup)
    const code = typescriptCode(all)
    expect(code).toContain(JSON.stringify(all.model.source))
    expect(code).toContain('.explain(')
    if (setup.options.randomState !== undefined) expect(code).toContain('randomState: 42')
    // It is well-formed.
    const body = code.replace(/^import .*$/gm, '')
    expect(() => new Function(`return async () => {${body}}`)).not.toThrow()
  })
})

describe('the options of the studio', () => {
  it('offer what the explainers know', () => {
    const choices = (name: string) => optionsOf('series').find((one) => one.name === name)?.choices
    expect(choices('segmentation')).toEqual(SERIES_SEGMENTATIONS)
    // A background is another series, which has no field in the form.
    expect(choices('replacement')).toEqual(
      SERIES_REPLACEMENTS.filter((one) => one !== 'background'),
    )
  })

  it('have one line of help each, and a default that is one of their choices', () => {
    for (const kind of ['tabular', 'text', 'image', 'series'] as const) {
      for (const { help, default: value, choices } of optionsOf(kind)) {
        expect(help.length).toBeLessThan(100)
        if (choices !== undefined) expect(choices).toContain(value)
      }
    }
  })
})

describe('the surrogate’s answer to a change', () => {
  it('is intercept and the weights of what is on', async () => {
    const explanation = await explained(table)
    const label = explanation.labels[0]!
    const all = new Set(explanation.features.keys())
    expect(surrogateAnswer(explanation, label, { off: all })).toBeCloseTo(label.intercept, 9)
    expect(surrogateAnswer(explanation, label, { off: new Set() })).toBe(label.localPrediction)
    const [first] = label.weights
    expect(surrogateAnswer(explanation, label, { off: new Set([first!.feature]) })).toBeCloseTo(
      label.localPrediction - first!.weight,
      9,
    )
  })

  it('does not move while a value stays in its bin, and moves by the weight when it leaves it', async () => {
    const explanation = await explained(table)
    const label = explanation.labels[0]!
    const { feature, weight } = label.weights[0]!
    const part = explanation.features[feature]!.part
    if (part.kind !== 'tabular' || explanation.instance.kind !== 'tabular') throw new Error()
    const column = explanation.instance.columns[part.columns[0]!]!
    const { low } = part.bin!
    const answer = (value: number) =>
      surrogateAnswer(explanation, label, { off: new Set(), values: { [column]: value } })
    expect(answer(low! + 1e-6)).toBe(label.localPrediction)
    // The lower bound itself belongs to the bin below.
    expect(answer(low!)).toBeCloseTo(label.localPrediction - weight, 9)
  })
})
