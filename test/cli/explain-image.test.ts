import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explanationSchema } from '../../src/contract/schema.ts'
import { decodeImage, encodePng } from '../../src/data/images.ts'
import { callCli, emptyFolder, fixture } from './run-cli.ts'

const demo = (name: string) => fixture(`../../demo/${name}`)
const folder = emptyFolder()

/** Explains a packaged digit with the packaged model and few samples. */
const digit = (picture: string, ...more: string[]) =>
  callCli([
    ...['explain', 'image', '--model', demo('digits.onnx'), picture],
    ...['--segmentation', 'grid', '--segments', '16', '--hide', '0', '--num-samples', '150'],
    ...more,
  ])

describe('sodalime explain image', () => {
  it('prints the prediction and the segments, and names picture and size', async () => {
    const { code, stdout, stderr } = await digit(demo('digit-4.png'))
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('digit-4.png, 28 × 28 pixels')
    expect(stdout).toMatch(/Why 4/)
    expect(stdout).toMatch(/segment \d+/)
  })

  it('draws the explanation and a sheet of samples, and writes JSON with the picture', async () => {
    const out = emptyFolder()
    const file = (name: string) => join(out, name)
    const { code } = await digit(
      demo('digit-7.png'),
      ...['--out', file('a.png'), '--view', 'heatmap', '--sheet', file('b.svg')],
      ...['--json', file('c.json'), '--html', file('d.html'), '--top-labels', '3'],
    )
    expect(code).toBe(0)
    expect(readdirSync(out).sort()).toEqual(['a.png', 'b.svg', 'c.json', 'd.html'])
    const drawing = await decodeImage(readFileSync(file('a.png')))
    expect(drawing.width).toBe(1280)
    expect(readFileSync(file('b.svg'), 'utf8').match(/<image /g)).toHaveLength(12)
    const data = explanationSchema.parse(JSON.parse(readFileSync(file('c.json'), 'utf8')))
    expect(data.labels.map(({ name }) => name)[0]).toBe('7')
    expect(data.labels).toHaveLength(3)
    expect(data.instance).toMatchObject({ width: 28, picture: expect.stringContaining('base64') })
  })

  it('keeps the picture’s own size while the model sees its own', async () => {
    const small = await decodeImage(readFileSync(demo('digit-3.png')))
    const data = new Uint8Array(112 * 112)
    for (let i = 0; i < data.length; i++) {
      const y = Math.floor(i / 112 / 4)
      data[i] = small.data[(y * 28 + Math.floor((i % 112) / 4)) * small.channels]!
    }
    const path = join(folder, 'large.png')
    writeFileSync(path, await encodePng({ data, width: 112, height: 112, channels: 1 }))
    const json = join(folder, 'large.json')
    const { code, stdout } = await digit(path, '--json', json)
    expect(code).toBe(0)
    expect(stdout).toMatch(/Why 3/)
    expect(JSON.parse(readFileSync(json, 'utf8')).instance).toMatchObject({
      width: 112,
      height: 112,
    })
    const refused = await digit(path, '--resize', 'none')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('112 × 112')
    expect(refused.stderr).toContain('image.resize')
  })

  it('reduces a picture above --max-pixels and says so', async () => {
    const path = join(folder, 'wide.png')
    const size = { width: 300, height: 200, channels: 3 }
    writeFileSync(path, await encodePng({ ...size, data: new Uint8Array(180_000).fill(40) }))
    const { code, stdout } = await digit(path, '--max-pixels', '15000')
    expect(code).toBe(0)
    expect(stdout).toContain('150 × 100 pixels (at most 15000: --max-pixels)')
  })

  it.each([
    ['a truncated file', [], 3, 'cannot be decoded'],
    ['a drawing of an unknown kind', ['--out', 'a.jpg'], 2, '.png or .svg'],
    ['a colour that is none', ['--hide', 'pink'], 2, 'blur'],
    ['a misspelt algorithm', ['--segmentation', 'slick'], 2, 'slic'],
  ])('refuses %s and leaves nothing behind', async (_, flags, code, words) => {
    const broken = join(folder, 'broken.png')
    writeFileSync(broken, readFileSync(demo('digit-8.png')).subarray(0, 120))
    const html = join(folder, 'never.html')
    const run = await digit(broken, ...flags, '--html', html)
    expect(run.code).toBe(code)
    expect(run.stderr).toContain(words)
    expect(existsSync(html)).toBe(false)
  })
})
