import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { toJsonText } from '../../src/render/index.ts'
import { gallery, image, iris } from '../render/fixtures/explanations.ts'
import { callCli, emptyFolder } from './run-cli.ts'

const folder = emptyFolder()
const at = (name: string) => join(folder, name)

/** The headlines and what stands in `pattern` of a page. */
function page(name: string): string {
  return readFileSync(at(name), 'utf8')
}

beforeAll(() => {
  writeFileSync(at('iris.json'), toJsonText(iris))
  writeFileSync(at('image.json'), toJsonText(image))
  writeFileSync(at('text.json'), toJsonText(gallery.text!))
  const lines = Array.from({ length: 6 }, (_, i) =>
    i === 2
      ? JSON.stringify({ name: 'the third', truth: 'setosa', explanation: iris })
      : JSON.stringify(iris),
  )
  writeFileSync(at('many.jsonl'), `${lines.join('\n')}\n\n`)
  writeFileSync(at('list.json'), JSON.stringify([iris, gallery.tree]))
})

describe('sodalime report', () => {
  it('makes a report of one explanation', async () => {
    const run = await callCli(['report', at('iris.json'), '--html', at('one.html')])
    expect(run).toEqual({ code: 0, stdout: `Wrote ${at('one.html')}\n`, stderr: '' })
    expect(page('one.html')).toContain('<h1>Why virginica?</h1>')
    expect(page('one.html').match(/class="panel"/g)).toHaveLength(3)
  })

  it('puts two side by side, under the names of their files or names of one’s own', async () => {
    const files = [at('iris.json'), at('list.json')]
    expect(
      (await callCli(['report', files[0]!, files[0]!, '--html', at('two.html'), '-q'])).stdout,
    ).toBe('')
    expect(page('two.html')).toContain('The two explanations agree (cosine of the weights 1.00).')
    const names = ['--name', 'forest, new', '--name', 'tree', '--name', 'again']
    const three = await callCli(['report', ...files, ...names, '--html', at('three.html')])
    expect(three.code).toBe(0)
    expect(page('three.html')).toContain('</span> <bdi>forest, new</bdi></h3>')
  })

  it('compares two labels of one explanation', async () => {
    const labels = ['--label', 'setosa', '--label', '1']
    const run = await callCli(['report', at('iris.json'), ...labels, '--html', at('labels.html')])
    expect(run.code).toBe(0)
    expect(page('labels.html')).toContain('<h1>setosa or versicolor</h1>')
    expect(page('labels.html')).toContain('iris: versicolor')
    // petal length: −0.3384 for setosa, +0.1481 for versicolor.
    expect(page('labels.html')).toMatch(/<tr class="opposite">.*petal length.*by 0\.486/)
  })

  it('makes a gallery of many, one to a line, with names and truth where they stand there', async () => {
    const run = await callCli([
      'report',
      at('many.jsonl'),
      at('image.json'),
      '--html',
      at('gallery.html'),
    ])
    expect(run.code).toBe(0)
    const html = page('gallery.html')
    expect(html.match(/<article class="card/g)).toHaveLength(7)
    expect(html).toContain('data-name="the third"')
    expect(html.match(/data-wrong="yes"/g)).toHaveLength(1)
    expect(html).toContain('data-name="many 6"')
    expect(html).toContain('data:image/')
  })

  it('picks the few that cover what matters', async () => {
    const files = [at('text.json'), at('iris.json'), at('list.json')]
    const run = await callCli(['report', ...files, '--pick', '2', '--html', at('pick.html')])
    expect(run.code).toBe(0)
    expect(page('pick.html')).toContain('<h1>2 of 4 explanations</h1>')
    expect(page('pick.html').match(/<article id="p\d"/g)).toHaveLength(2)
  })

  it('writes to stdout on request', async () => {
    const { stdout } = await callCli(['report', at('iris.json'), '--html', '-'])
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
  })

  it.each([
    [
      'no JSON',
      '{"schema": ',
      /bad\.json: got text that is no JSON \(.*\), expected an explanation/,
    ],
    ['nothing', '', /bad\.json: got nothing/],
    ['NaN', '{"schema": NaN}', /bad\.json: got text that is no JSON/],
    [
      'another version',
      '{"schema":"sodalime/explanation@2"}',
      /bad\.json\.schema: got "sodalime\/explanation@2"[\s\S]*update sodalime/,
    ],
    ['something else', '[[1]]', /bad\.json\[0\]\.schema: got nothing/],
    [
      'a missing field',
      JSON.stringify({ ...iris, features: iris.features.map(({ part }) => ({ part })) }),
      /bad\.json\.features\[0\]\.name: got nothing, expected string/,
    ],
    [
      'a wrong id',
      JSON.stringify({ ...iris, features: [] }),
      /bad\.json\.labels\[0\]\.weights\[0\]\.feature: got 3, expected an index into features/,
    ],
  ])('refuses %s, names file and field, and writes nothing', async (_, content, message) => {
    writeFileSync(at('bad.json'), content)
    const run = await callCli([
      'report',
      at('iris.json'),
      at('bad.json'),
      '--html',
      at('never.html'),
    ])
    expect(run.code).toBe(3)
    expect(run.stderr).toMatch(message)
    expect(() => page('never.html')).toThrow('ENOENT')
  })

  it('names the line of a file of lines', async () => {
    writeFileSync(at('bad.jsonl'), `${JSON.stringify(iris)}\n{"explanation": {"schema": "x"}}\n`)
    const run = await callCli(['report', at('bad.jsonl'), '--html', at('never.html')])
    expect(run.stderr).toMatch(/bad\.jsonl, line 2\.explanation\.schema: got "x"/)
  })

  it.each([
    [
      ['--label', 'rose'],
      /--label: got rose, for iris, expected a label that was explained: virginica/,
    ],
    [['--name', 'a', '--name', 'b'], /--name: got 2 names, expected 1/],
    [['--layout', 'gallery', '--pick', '2'], /--pick: got 2 beside --layout gallery/],
    [['--pick', '0'], /count: got 0/],
    [['--layout', 'side-by-side'], /got 1 explanations, expected two to four/],
    [['--layout', 'round'], /Expected one of list, side-by-side, gallery, pick/],
  ])('refuses %j', async (flags, message) => {
    const run = await callCli(['report', at('iris.json'), ...flags, '--html', at('never.html')])
    expect([2, 3]).toContain(run.code)
    expect(run.stderr).toMatch(message)
  })

  it('tells files of one name apart by their folders, and refuses files that are not there', async () => {
    mkdirSync(at('b'))
    writeFileSync(at('b/iris.json'), toJsonText(iris))
    const files = [at('iris.json'), at('b/iris.json')]
    await callCli(['report', ...files, '--html', at('folders.html')])
    expect(page('folders.html')).toContain(`<bdi>${at('b/iris.json')}</bdi>`)
    const run = await callCli(['report', at('nope.json'), '--html', at('never.html')])
    expect(run.code).toBe(3)
    expect(run.stderr).toContain('nope.json')
  })
})
