import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { ExplanationData } from '../../src/contract/explanation.ts'
import type { Evaluation } from '../../src/evaluate/index.ts'
import { callCli, emptyFolder } from './run-cli.ts'

const demo = (name: string) => fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
const message = 'Call now to claim your free prize before it expires tonight, see you'
const table = ['tabular', '--model', demo('breast-cancer.onnx')].concat(
  ['--data', demo('breast-cancer.csv')],
  ['--target', 'diagnosis', '--row', '0'],
)
const KINDS = {
  tabular: table,
  text: ['text', '--model', demo('spam.onnx'), message],
  image: ['image', demo('digit-3.png'), '--model', demo('digits.onnx'), '--segmentation', 'grid'],
  series: ['series', '--model', demo('beats.onnx'), '--data', demo('beats.tsv'), '--row', '0'],
} as const
type Kind = keyof typeof KINDS
const ALL = Object.keys(KINDS) as Kind[]

/** The explanation that `sodalime explain …args` writes as JSON. */
async function explained(kind: Kind, ...args: string[]): Promise<ExplanationData> {
  const run = await callCli(['explain', ...KINDS[kind], ...args, '--json', '-'])
  expect(run).toMatchObject({ code: 0 })
  return JSON.parse(run.stdout)
}

/** What `sodalime explain …args` says on stderr as it refuses them. */
async function refused(kind: Kind, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await callCli(['explain', ...KINDS[kind], ...args])
  expect(code).not.toBe(0)
  expect(stdout).toBe('')
  return stderr
}

describe.each(ALL)('explain %s', (kind) => {
  it('draws by --sampling, and says what auto took', async () => {
    for (const sampling of ['lime', 'glime', 'factorial']) {
      const { options } = await explained(kind, '--sampling', sampling, '--num-samples', '90')
      expect(options.sampling).toBe(sampling)
      expect(options.samplingReason).toBe(undefined)
    }
    const { options } = await explained(kind, '--sampling', 'auto', '--num-samples', '90')
    expect(['glime', 'factorial', 'exhaustive']).toContain(options.sampling)
    expect(options.samplingReason).toMatch(/samples are|combinations/)
  })

  it('takes as many samples as --tolerance needs, at most --max-samples', async () => {
    const auto = ['--num-samples', 'auto', '--sampling', 'factorial']
    const rough = await explained(kind, ...auto, '--tolerance', '0.2')
    const fine = await explained(
      kind,
      ...auto,
      ...['--tolerance', '0.0001', '--max-samples', '300'],
    )
    expect(rough.diagnostics.samples).toBeLessThan(fine.diagnostics.samples)
    expect(fine.diagnostics.samples).toBeLessThanOrEqual(302)
    expect(fine.diagnostics.warnings.map(({ code }) => code)).toContain('not-settled')
    expect(fine.options).toMatchObject({ tolerance: 0.0001, maxSamples: 300 })
  })

  it('gives Shapley values by --method shap, which sum to the prediction', async () => {
    const { labels, options, prediction } = await explained(
      kind,
      ...['--method', 'shap', '--num-samples', '200'],
    )
    expect(options.method).toBe('shap')
    const { label, intercept, weights } = labels[0]!
    const total = weights.reduce((sum, { weight }) => sum + weight, intercept)
    // The command line shows the ten largest of many features; the fit has all of them.
    if (weights.length === options.numFeatures) return
    expect(total).toBeCloseTo(prediction[label]!, 6)
  })

  it('fits log odds by --link logit', async () => {
    const call = ['--sampling', 'lime', '--num-samples', '200']
    const odds = await explained(kind, ...call, '--link', 'logit')
    const shares = await explained(kind, ...call)
    expect(odds.options.link).toBe('logit')
    const size = ({ labels }: ExplanationData) => Math.abs(labels[0]!.weights[0]!.weight)
    expect(size(odds)).toBeGreaterThan(size(shares))
  })

  it('finds the kernel width by --kernel-width auto', async () => {
    const found = await explained(kind, '--kernel-width', 'auto', '--num-samples', '500')
    expect(found.options.sampling).toBe('lime')
    expect(found.options.kernelWidth).toBeGreaterThan(0)
    expect((await explained(kind, '--kernel-width', '0.7')).options.kernelWidth).toBe(0.7)
  })

  it.each([
    [['--sampling', 'factorail'], /factorial.*one of auto, lime, glime, factorial/s],
    [['--method', 'shapley'], /one of lime, shap/],
    [['--link', 'log'], /one of identity, logit/],
    [['--num-samples', 'many'], /--num-samples.*a number/s],
    [['--num-samples', '1'], /an integer from 2/],
    [['--num-samples', '10.5'], /an integer/i],
    [['--tolerance', '0'], /--tolerance: got 0, expected a finite number above 0/],
    [['--tolerance', 'fine'], /--tolerance.*a number/s],
    [['--max-samples', '1'], /--max-samples: got 1, expected an integer from 2/],
    [['--max-samples', 'auto'], /--max-samples.*a number/s],
    [['--kernel-width', '-1'], /--kernel-width: got -1/],
    [['--kernel-width', 'wide'], /--kernel-width.*a number/s],
    [['--sampling', 'glime', '--compatibility', 'python'], /beside compatibility: 'python'/],
    [['--num-samples', 'auto', '--compatibility', 'python'], /beside compatibility: 'python'/],
  ] as const)('refuses %s with the reason', async (args, reason) => {
    expect(await refused(kind, ...args)).toMatch(reason)
  })

  it('is Python LIME’s with --compatibility python', async () => {
    const python = await explained(kind, '--compatibility', 'python')
    expect(python.options).toMatchObject({ sampling: 'lime' })
    expect(python.diagnostics.samples).toBe(['image', 'series'].includes(kind) ? 1000 : 5000)
  })
})

describe('flags of tables', () => {
  it('--sampling conditional takes what is off from the data, and other kinds refuse it', async () => {
    const found = await explained('tabular', '--sampling', 'conditional', '--num-samples', '200')
    expect(found.options.sampling).toBe('conditional')
    expect(await refused('text', '--sampling', 'conditional')).toMatch(/a table to take rows from/)
  })

  it('--sampling exhaustive asks all combinations, and says where they are too many', async () => {
    const short = await callCli([
      ...['explain', 'text', '--model', demo('spam.onnx'), 'claim your prize now'],
      ...['--sampling', 'exhaustive', '--json', '-'],
    ])
    const { options, diagnostics } = JSON.parse(short.stdout) as ExplanationData
    expect(options.sampling).toBe('exhaustive')
    expect(diagnostics.samples).toBe(2 ** 4 + 1)
    expect(await refused('tabular', '--sampling', 'exhaustive')).toMatch(/at most 20 features/)
  })

  it('--audit says whether the explanation can be fooled, for tables only', async () => {
    const { diagnostics } = await explained('tabular', '--audit')
    expect(diagnostics.audit!.auc).toBeGreaterThan(0.4)
    expect(diagnostics.audit!.agreement).toBeLessThanOrEqual(1)
    expect(await refused('text', '--audit')).toMatch(/unknown option '--audit'/)
  })

  it('--background takes so many rows of the data, or those of a file, for Shapley values', async () => {
    const shap = ['--method', 'shap', '--num-samples', '400', '--num-features', '100']
    const typical = await explained('tabular', ...shap)
    const drawn = await explained('tabular', ...shap, '--background', '5')
    expect(drawn.options.background).toBe(5)
    expect(drawn.labels[0]!.intercept).not.toBe(typical.labels[0]!.intercept)
    const again = await explained('tabular', ...shap, '--background', '5')
    expect(again.labels).toEqual(drawn.labels)
    const other = await explained('tabular', ...shap, '--background', '5', '--seed', '1')
    expect(other.labels[0]!.intercept).not.toBe(drawn.labels[0]!.intercept)

    // Three rows of the data as a file of their own, target and all.
    const [head, ...lines] = readFileSync(demo('breast-cancer.csv'), 'utf8').trim().split('\n')
    const file = join(emptyFolder(), 'background.csv')
    writeFileSync(file, [head, ...lines.slice(3, 6)].join('\n'))
    const given = await explained('tabular', ...shap, '--background', file)
    expect(given.options.background).toBe(3)
    const answers = await Promise.all(
      [3, 4, 5].map(async (row) => {
        const run = await callCli(
          ['explain', ...table.slice(0, -1), String(row), '--json', '-'].concat([
            ...['--num-samples', '20', '--label', given.labels[0]!.name],
          ]),
        )
        return (JSON.parse(run.stdout) as ExplanationData).labels[0]!.prediction
      }),
    )
    // The answer with everything off is the mean over the background.
    const mean = answers.reduce((sum, one) => sum + one, 0) / 3
    expect(given.labels[0]!.intercept).toBeCloseTo(mean, 6)
    const total = given.labels[0]!.weights.reduce((sum, { weight }) => sum + weight, mean)
    expect(total).toBeCloseTo(given.labels[0]!.prediction, 6)
  })

  it.each([
    [['--background', '5'], /without --method shap/],
    [
      ['--method', 'shap', '--background', '0'],
      /got 0, expected a file, or a number of rows from 1/,
    ],
    [['--method', 'shap', '--background', '2.5'], /got 2.5/],
    [['--method', 'shap', '--background', '-3'], /got -3/],
    [['--method', 'shap', '--background', '100000'], /as many as the data has/],
    [['--method', 'shap', '--background', 'none.csv'], /none\.csv/],
    [['--method', 'shap', '--background', demo('beats.tsv')], /beats\.tsv.*column/s],
  ] as const)('refuses %s', async (args, reason) => {
    expect(await refused('tabular', ...args)).toMatch(reason)
  })
})

describe('evaluate', () => {
  const series = ['evaluate', 'series', '--model', demo('beats.onnx'), '--data', demo('beats.tsv')]
  const small = ['--instances', '2', '--seeds', '2', '--held-out', '100']

  it('compares every method that it knows side by side', async () => {
    const methods = ['default', 'lime', 'glime', 'factorial', 'shap']
    const run = await callCli([...series, ...small, '--methods', methods.join(), '--json', '-'])
    expect(run).toMatchObject({ code: 0 })
    const found = JSON.parse(run.stdout) as Evaluation
    expect(found.methods.map(({ name }) => name)).toEqual([...methods, 'random'])
    for (const { measures, name } of found.methods) {
      expect(Number.isFinite(measures.abpc!.mean), name).toBe(true)
      expect(Number.isFinite(measures.infidelity!.mean), name).toBe(true)
    }
  })

  it.each([
    [['--methods', 'lime,magic'], /magic|some of default, lime/],
    [['--seeds', '0'], /--seeds: got 0, expected an integer from 1/],
    [['--held-out', '1'], /--held-out: got 1, expected an integer from 2/],
    [['--num-features', '0'], /--num-features: got 0/],
    [['--instances', 'some'], /--instances.*a number/s],
  ] as const)('refuses %s', async (args, reason) => {
    const run = await callCli([...series, ...small, ...args])
    expect(run.code).not.toBe(0)
    expect(run.stderr).toMatch(reason)
  })
})
