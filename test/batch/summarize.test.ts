import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { clusterDirections } from '../../src/batch/cluster.ts'
import { openFolderStore } from '../../src/batch/folder-store.ts'
import { summarize } from '../../src/batch/summarize.ts'
import { renderSummaryHtml } from '../../src/batch/summary-html.ts'
import { RandomState } from '../../src/index.ts'
import { callCli } from '../cli/run-cli.ts'
import { emptyFolder, model, resultRows, tableLines, training } from './batch-folder.ts'

// Batches start workers, which takes long on a machine that is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const folder = emptyFolder()
const out = join(folder, 'results')

interface Row {
  readonly id: string
  readonly label_name: string
  readonly held_out_score: number | null
  readonly score: number
  readonly weights: readonly { readonly column: string; readonly weight: number }[]
}

beforeAll(async () => {
  const input = join(folder, 'rows.csv')
  writeFileSync(input, `${[...tableLines(40), 'a,b'].join('\n')}\n`)
  const { code, stderr } = await callCli([
    ...['batch', 'tabular', '--model', model, '--data', training, '--target', 'diagnosis', '-q'],
    ...['--input', input, '--out', out, '--num-samples', '200', '--top-labels', '2'],
    ...['--shard-size', '15', '--workers', '1'],
  ])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

describe('sodalime summarize', () => {
  const options = { pick: 5, clusters: 3, poorFit: 0.5 }
  const rows = async () =>
    ((await resultRows(out)) as unknown as (Row & { error: string | null })[]).filter(
      ({ error }) => (error ?? null) === null,
    )

  it('gives the mean |weight| of each column, and means by output with their sign', async () => {
    const summary = await summarize(await openFolderStore(out), options)
    const all = await rows()
    expect(summary).toMatchObject({ instances: 41, explanations: 80, failed: 1, state: 'done' })
    const first = summary.importance[0]!
    const of = (list: Row[], value: (w: number) => number) =>
      list.flatMap(({ weights }) =>
        weights.filter(({ column }) => column === first.column).map(({ weight }) => value(weight)),
      )
    const sum = (list: number[]) => list.reduce((total, one) => total + one, 0)
    expect(first.importance).toBeCloseTo(sum(of(all, Math.abs)) / 80, 12)
    for (const { name, mean, positive, negative } of first.outputs) {
      const mine = all.filter(({ label_name }) => label_name === name)
      expect(mean).toBeCloseTo(sum(of(mine, (w) => w)) / mine.length, 12)
      expect(positive + negative).toBe(of(mine, (w) => w).filter((w) => w !== 0).length)
    }
    const importances = summary.importance.map(({ importance }) => importance)
    expect(importances).toEqual([...importances].sort((a, b) => b - a))
  })

  it('lists the fits that are too poor, poorest first, and picks and groups all explanations', async () => {
    const { fit, pick, clusters } = await summarize(await openFolderStore(out), options)
    const all = await rows()
    const poor = all.filter(({ held_out_score, score }) => (held_out_score ?? score) < 0.5)
    expect(fit.poor).toBe(poor.length)
    const listed = fit.poorest.map((one) => one.fit)
    expect(listed).toEqual([...listed].sort((a, b) => a - b))
    expect(new Set(pick.instances.map(({ index }) => index)).size).toBe(5)
    expect(pick.coverage).toBeGreaterThan(0.5)
    expect(clusters.reduce((sum, { explanations }) => sum + explanations, 0)).toBe(80)
    expect(clusters.map(({ explanations }) => explanations)).toEqual(
      clusters.map(({ explanations }) => explanations).sort((a, b) => b - a),
    )
  })

  it('writes a report and JSON, and prints the most important lines', async () => {
    const html = join(folder, 'summary.html')
    const json = join(folder, 'summary.json')
    const { code, stdout } = await callCli(['summarize', out, '--html', html, '--json', json])
    expect(code).toBe(0)
    expect(stdout).toContain('41 instances, 80 explanations, 1 failed')
    const summary = JSON.parse(readFileSync(json, 'utf8'))
    expect(summary.schema).toBe('sodalime/summary@1')
    const page = readFileSync(html, 'utf8')
    expect(page).toContain('<h2 id="importance">What counts</h2>')
    expect(page).toContain(summary.importance[0].column)
  })

  it('keeps hostile names text', async () => {
    const summary = await summarize(await openFolderStore(out), options)
    const hostile = '<img src=x onerror=alert(1)>'
    const [first, ...more] = summary.importance
    const page = renderSummaryHtml({
      ...summary,
      model: hostile,
      importance: [{ ...first!, column: hostile }, ...more],
    })
    expect(page).not.toContain('<img')
  })

  it('says where there is nothing to sum up', async () => {
    const { code, stderr } = await callCli(['summarize', emptyFolder()])
    expect(code).toBe(3)
    expect(stderr).toContain('no manifest.json')
  })
})

describe('clusterDirections', () => {
  it('finds directions that were put there, whatever their length', () => {
    const random = new RandomState(1)
    const axes = [0, 1, 2]
    const vectors = new Float32Array(300 * 3)
    for (let i = 0; i < 300; i++) {
      const axis = axes[i % 3]!
      for (let j = 0; j < 3; j++) vectors[3 * i + j] = (j === axis ? 1 : 0) + 0.1 * random.normal()
      const length = Math.hypot(...vectors.subarray(3 * i, 3 * i + 3))
      for (let j = 0; j < 3; j++) vectors[3 * i + j]! /= length
    }
    const { nearest, centres } = clusterDirections(vectors, 300, 3, 3)
    expect(centres).toHaveLength(3)
    for (let i = 3; i < 300; i++) expect(nearest[i]).toBe(nearest[i % 3])
    expect(new Set(nearest.slice(0, 3)).size).toBe(3)
  })

  it('makes no more groups than there are directions', () => {
    const vectors = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : 0))
    expect(clusterDirections(vectors, 10, 2, 4).centres).toHaveLength(1)
  })
})
