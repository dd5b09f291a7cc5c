import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseExplanation } from '../../src/contract/schema.ts'
import { callCli, emptyFolder } from './run-cli.ts'

const model = fileURLToPath(new URL('../../demo/spam.onnx', import.meta.url))
const text = ['explain', 'text', '--model', model, '--num-samples', '200']

describe('sodalime explain text', () => {
  it('shows the text with its words marked, and writes report and JSON', async () => {
    const folder = emptyFolder()
    const html = join(folder, 'why.html')
    const json = join(folder, 'why.json')
    const message = 'Reply with your prize code <script>alert(1)</script> 😀'
    const run = await callCli([...text, message, '--label', 'spam', '--html', html, '--json', json])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('Why spam')
    expect(run.stdout).toContain('[+prize]')
    expect(run.stdout).toContain('😀')
    expect(readFileSync(html, 'utf8')).not.toContain('<script>alert')
    const explanation = parseExplanation(JSON.parse(readFileSync(json, 'utf8')))
    expect(explanation.instance).toEqual({
      kind: 'text',
      fields: [{ name: 'text', text: message }],
    })
  })

  it('puts several labels into tabs of the report', async () => {
    const html = join(emptyFolder(), 'why.html')
    const both = ['--label', 'spam', '--label', 'ham', '--html', html]
    expect((await callCli([...text, 'Reply with your prize code', ...both])).code).toBe(0)
    const tabs = readFileSync(html, 'utf8').match(/<label for="e0tab\d"><bdi>\w+<\/bdi>/g)
    expect(tabs).toEqual([
      '<label for="e0tab0"><bdi>spam</bdi>',
      '<label for="e0tab1"><bdi>ham</bdi>',
    ])
  })

  it('reads a file, by sentences', async () => {
    const file = join(emptyFolder(), 'message.txt')
    writeFileSync(file, 'Call now to win a prize. See you at home.')
    const run = await callCli([...text, '--file', file, '--unit', 'sentence', '--label', 'spam'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('message.txt')
    expect(run.stdout).toContain('[+Call now to win a prize.]')
  })

  it('takes spans, places and a mask', async () => {
    const spans = [...text, 'unclaimed prize', '--spans', '[[0,2],[2,9],[10,15]]', '--json', '-']
    const { stdout } = await callCli(spans)
    const { features, options } = parseExplanation(JSON.parse(stdout))
    expect(features.map(({ name }) => name)).toEqual(['un', 'claimed', 'prize'])
    expect(options).toMatchObject({ unit: 'span', bow: false })
    const places = [...text, 'win win', '--no-bow', '--mask-string', '_', '--json', '-']
    const second = parseExplanation(JSON.parse((await callCli(places)).stdout))
    expect(second.features).toHaveLength(2)
    expect(second.options).toMatchObject({ bow: false, maskString: '_' })
  })

  it.each<[string, string[], number, RegExp]>([
    ['no text', [], 2, /one text/],
    ['two texts', ['a', '--file', 'b.txt'], 2, /more than one/],
    ['an empty text', [''], 3, /empty text/],
    ['a file that is not there', ['--file', 'nowhere.txt'], 3, /nowhere\.txt: got no such file/],
    ['an unknown unit', ['a', '--unit', 'wrod'], 2, /Did you mean word/],
    ['spans that are no JSON', ['a', '--spans', '[['], 2, /JSON/],
    ['spans that overlap', ['abc', '--spans', '[[0,2],[1,3]]'], 3, /--spans\[1\]/],
    ['a pattern that cannot be read', ['a', '--split-expression', '('], 2, /--split-expression/],
    ['fields without a name', ['--field', 'abc'], 2, /NAME=TEXT/],
  ])('refuses %s', async (_, rest, code, message) => {
    const run = await callCli([...text, ...rest])
    expect(run.code).toBe(code)
    expect(run.stderr).toMatch(message)
    expect(run.stdout).toBe('')
  })
})

describe('sodalime demo text', () => {
  it('explains a packaged message and writes a report', async () => {
    const html = join(emptyFolder(), 'demo.html')
    const run = await callCli(['demo', 'text', '--html', html])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('[+URGENT]')
    expect(existsSync(html)).toBe(true)
    const beyond = await callCli(['demo', 'text', '--row', '99', '--html', html])
    expect(beyond).toMatchObject({ code: 2 })
  })
})
