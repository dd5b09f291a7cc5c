import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadOnnx } from '../../src/models/onnx.ts'
import { callCli, emptyFolder, fixture } from './run-cli.ts'

/** A Keras file in a folder of its own. */
function kerasFile(): string {
  const path = join(emptyFolder(), 'model.h5')
  writeFileSync(path, gunzipSync(readFileSync(fixture('keras/sequential.k3.h5.gz'))))
  return path
}

describe('sodalime convert', () => {
  it('writes a Keras model as ONNX, whole', async () => {
    const out = join(emptyFolder(), 'model.onnx')
    const { code, stdout } = await callCli(['convert', kerasFile(), out])
    expect(code).toBe(0)
    expect(stdout).toContain(`Wrote ${out}: `)
    const model = await loadOnnx(out)
    expect(model.inspection.producer).toBe('sodalime')
    await model.close()
  })

  it.each([
    [['model.onnx', 'out.onnx'], 2, 'a .h5, .hdf5 or .keras file'],
    [['model.h5', 'out.pb'], 2, 'ends in .onnx'],
    [['nowhere.h5', 'out.onnx'], 4, 'no such file'],
  ])('refuses %j', async (args, expected, says) => {
    const { code, stderr } = await callCli(['convert', ...args])
    expect({ code, says: stderr.includes(says) }).toEqual({ code: expected, says: true })
    expect(existsSync('out.onnx')).toBe(false)
  })
})

describe('sodalime inspect', () => {
  it('shows layers of a Keras model, and writes a draft of its sodalime.json once', async () => {
    const path = kerasFile()
    const { code, stdout } = await callCli(['inspect', path, '--write'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/format +Keras, HDF5/)
    expect(stdout).toMatch(/layers +\S/)
    const draft = path.replace(/h5$/, 'sodalime.json')
    expect(JSON.parse(readFileSync(draft, 'utf8'))).toMatchObject({
      schema: 'sodalime/preprocessing@1',
      kind: 'image',
      model: 'model.h5',
      layout: 'nhwc',
    })
    const again = await callCli(['inspect', path, '--write'])
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('which is there')
  })
})

describe('--preprocessing and --class-names', () => {
  it('take a sodalime.json, and names from a file', async () => {
    const folder = emptyFolder()
    const model = join(folder, 'pair.onnx')
    copyFileSync(fixture('models/pair.onnx'), model)
    writeFileSync(join(folder, 'data.csv'), 'a,b,c,d\n5,3,1,0.2\n6,3,4,1.3\n7,3,6,2\n')
    const explain = async (...flags: string[]) => {
      const asked = ['explain', 'tabular', '-m', model, '-d', join(folder, 'data.csv')]
      const { stderr, stdout, code } = await callCli([
        ...asked,
        ...['--row', '0', '--num-samples', '50', '--json', '-', ...flags],
      ])
      expect({ stderr, code }).toMatchObject({ code: 0 })
      return JSON.parse(stdout).classNames
    }
    writeFileSync(join(folder, 'names.txt'), 'one\ntwo\n')
    expect(await explain('--class-names', `zero,@${join(folder, 'names.txt')}`)).toEqual([
      'zero',
      'one',
      'two',
    ])
    const said = { kind: 'tabular', classNames: ['x', 'y', 'z'] }
    writeFileSync(join(folder, 'other.json'), JSON.stringify(said))
    expect(await explain('--preprocessing', join(folder, 'other.json'))).toEqual(['x', 'y', 'z'])
  })
})

describe('sodalime train image', () => {
  it('refuses a folder without classes with the code for wrong data', async () => {
    const data = emptyFolder()
    mkdirSync(join(data, 'cat'))
    const args = ['train', 'image', '--base', 'base.onnx', '--data', data]
    const { code, stderr } = await callCli([...args, '--out', join(data, 'x.onnx')])
    expect(code).toBe(3)
    expect(stderr).toContain('a folder for each of two or more classes')
  })
})
