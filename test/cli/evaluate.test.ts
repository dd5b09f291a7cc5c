import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Evaluation } from '../../src/evaluate/index.ts'
import { callCli, emptyFolder } from './run-cli.ts'

const demo = (name: string) => fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
const small = ['--seeds', '2', '--held-out', '200', '--seed', '3']

describe('sodalime evaluate', () => {
  it('prints the measures of texts side by side with chance, and writes them as JSON and a page', async () => {
    const folder = emptyFolder()
    const [json, html] = ['m.json', 'm.html'].map((name) => join(folder, name))
    const run = await callCli(
      ['evaluate', 'text', '--model', demo('spam.onnx'), '--data', demo('messages.txt')].concat(
        small,
        ['--instances', '2', '--methods', 'default', '--json', json!, '--html', html!],
      ),
    )
    expect(run).toMatchObject({ code: 0 })
    expect(run.stdout).toContain('2 of 4 texts')
    expect(run.stdout).toMatch(/faithfulness correlation +0\.\d+ ± 0\.\d+ +-?\d/)
    const evaluation = JSON.parse(readFileSync(json!, 'utf8')) as Evaluation
    expect(evaluation.schema).toBe('sodalime/evaluation@1')
    const [method, random] = evaluation.methods
    expect(method!.measures.abpc!.mean).toBeGreaterThan(random!.measures.abpc!.mean)
    const page = readFileSync(html!, 'utf8')
    expect(page).toContain('ABPC')
    expect(page).not.toContain('style="')
  })

  it('says how much of the weight lies on the event of a series', async () => {
    const run = await callCli(
      ['evaluate', 'series', '--model', demo('beats.onnx'), '--data', demo('beats.tsv')].concat(
        small,
        ['--instances', '3', '--methods', 'default', '--masks', '[[30, 50]]', '--json', '-'],
      ),
    )
    expect(run).toMatchObject({ code: 0 })
    const { methods } = JSON.parse(run.stdout) as Evaluation
    // The beats differ by the width of the main deflection, which stands in the middle.
    expect(methods[0]!.measures.objectShare!.mean).toBeGreaterThan(0.5)
    expect(methods[0]!.measures.expectedShare!.mean).toBeCloseTo(20 / 84, 9)
  })

  it('takes boxes for pictures, and measures those without one all the same', async () => {
    const run = await callCli(
      ['evaluate', 'image', demo('digit-3.png'), demo('digit-7.png')].concat(
        ['--model', demo('digits.onnx'), '--segmentation', 'grid', '--methods', 'default'],
        small,
        ['--masks', '{"digit-3.png": [6, 4, 22, 24]}', '--json', '-'],
      ),
    )
    expect(run).toMatchObject({ code: 0 })
    const { methods, instances } = JSON.parse(run.stdout) as Evaluation
    expect(instances).toBe(2)
    expect(methods[0]!.measures.objectShare!.count).toBe(1)
    expect(methods[0]!.measures.abpc!.count).toBe(2)
    // Of equal segments, which stay where they are as pixels move.
    expect(methods[0]!.measures.maxSensitivity!.count).toBe(2)
    expect(methods[0]!.measures.maxSensitivity!.mean).toBeGreaterThan(0)
  })

  it('measures rows of a table, with neighbours', async () => {
    const run = await callCli(
      ['evaluate', 'tabular', '--model', demo('breast-cancer.onnx')].concat(
        ['--data', demo('breast-cancer.csv'), '--target', 'diagnosis', '--methods', 'default'],
        small,
        ['--instances', '2', '--json', '-'],
      ),
    )
    expect(run).toMatchObject({ code: 0 })
    const { methods } = JSON.parse(run.stdout) as Evaluation
    expect(methods[0]!.measures.maxSensitivity!.mean).toBeGreaterThanOrEqual(0)
    expect(methods[0]!.measures.heldOutR2!.mean).toBeGreaterThan(
      methods[1]!.measures.heldOutR2!.mean,
    )
  })

  it('refuses methods and masks that it does not know', async () => {
    const model = ['--model', demo('beats.onnx'), '--data', demo('beats.tsv')]
    const method = await callCli(['evaluate', 'series', ...model, '--methods', 'magic'])
    expect(method.code).toBe(2)
    expect(method.stderr).toContain('Expected some of')
    const mask = await callCli(['evaluate', 'series', ...model, '--masks', '[[5, 2]]'])
    expect(mask.code).not.toBe(0)
    expect(mask.stderr).toContain('start < end')
  })
})
