import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseAnchor } from '../../src/contract/anchor-schema.ts'
import { callCli, emptyFolder } from './run-cli.ts'

const demo = (name: string) => fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
const table = ['--model', demo('breast-cancer.onnx'), '--data', demo('breast-cancer.csv')].concat([
  '--target',
  'diagnosis',
  '--row',
  '0',
])

describe('--anchors', () => {
  it('gives a rule for a row of a table, in the terminal, as JSON and as a page', async () => {
    const folder = emptyFolder()
    const [json, html] = ['a.json', 'a.html'].map((name) => join(folder, name))
    const run = await callCli(
      ['explain', 'tabular', ...table, '--anchors', '--json', json!, '--html', html!].concat([
        '--anchor-samples',
        '20000',
      ]),
    )
    expect(run).toMatchObject({ code: 0 })
    expect(run.stdout).toMatch(/THEN /)
    expect(run.stdout).toMatch(/precision +\d/)
    const anchor = parseAnchor(JSON.parse(readFileSync(json!, 'utf8')))
    expect(anchor.domain).toBe('tabular')
    expect(anchor.diagnostics.samples).toBeLessThanOrEqual(20_000)
    expect(readFileSync(html!, 'utf8')).toContain('The rule')
  })

  it('gives a rule for a text', async () => {
    const run = await callCli([
      ...['explain', 'text', '--model', demo('spam.onnx'), '--anchors', '--json', '-'],
      'Call now to claim your prize',
    ])
    expect(run).toMatchObject({ code: 0 })
    expect(parseAnchor(JSON.parse(run.stdout)).domain).toBe('text')
  })

  it('refuses flags that have no meaning for a rule', async () => {
    const svg = await callCli(['explain', 'tabular', ...table, '--anchors', '--svg', '-'])
    expect(svg.code).not.toBe(0)
    expect(svg.stderr).toContain('A rule is words')
    const labels = await callCli(['explain', 'tabular', ...table, '--anchors', '--top-labels', '2'])
    expect(labels.stderr).toContain('A rule anchors the predicted class')
  })
})
