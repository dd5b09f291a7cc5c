import { describe, expect, it } from 'vitest'
import {
  type EvaluationTable,
  renderEvaluation,
  renderEvaluationHtml,
} from '../../src/render/index.ts'

const of = (mean: number, standardError: number | null = 0.01) => ({ mean, standardError })
const evaluation: EvaluationTable = {
  domain: 'text',
  instances: 3,
  withoutEffect: 1,
  options: { seeds: 2, numFeatures: 10, numSamples: 100 },
  methods: [
    {
      name: 'a',
      measures: { abpc: of(0.5), deletion: of(0.2), infidelity: of(0.0012), modelCalls: of(1234) },
    },
    {
      name: '<b>',
      measures: { abpc: of(0.4), deletion: of(0.20000001), infidelity: of(0.02, null) },
    },
    { name: 'random', measures: { abpc: of(0.9), deletion: of(0.1) } },
  ],
}

describe('the table of an evaluation', () => {
  it('marks the best of the methods, never chance, and not where the numbers shown are equal', () => {
    const lines = renderEvaluation(evaluation).split('\n')
    const row = (name: string) => lines.find((line) => line.startsWith(name))!
    expect(row('ABPC')).toMatch(/0\.500 ± 0\.010 \* +0\.400 ± 0\.010 +0\.900 ± 0\.010$/)
    expect(row('deletion')).not.toContain('*')
    expect(row('infidelity')).toMatch(/1\.2e-3 ± 1e-2 \* +0\.020 +–$/)
    expect(row('model calls')).toMatch(/1234 +– +–$/)
    expect(lines.join('\n')).toContain('No local effect in 1 of them')
  })

  it('leaves out measures that no method has, and keeps names as text in the page', () => {
    expect(renderEvaluation(evaluation)).not.toContain('pointing game')
    const page = renderEvaluationHtml(evaluation, 'A <title>')
    expect(page).not.toContain('<b>')
    expect(page).toContain('<strong>0.500 ± 0.010</strong>')
    expect(page).not.toContain('style="')
  })
})
