import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type OpenOptions, openModel } from '../../src/models/open.ts'
import { fixture } from './fixtures.ts'

describe('openModel', () => {
  it('opens a path or URL by its extension, with the options of that kind', async () => {
    for (const spec of [fixture('pair.onnx'), pathToFileURL(fixture('pair.onnx')).href]) {
      const model = await openModel(spec, { onnx: { threads: 1, classNames: ['a', 'b', 'c'] } })
      expect(model.classNames).toEqual(['a', 'b', 'c'])
      await model.close()
    }
  })

  it('opens Keras files and layers models of TensorFlow.js by their extension', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sodalime-open-'))
    const file = join(folder, 'dense.h5')
    const packed = fileURLToPath(new URL('../fixtures/keras/dense.k3.h5.gz', import.meta.url))
    writeFileSync(file, gunzipSync(readFileSync(packed)))
    const model = await openModel(file, { onnx: { threads: 1, task: 'regression' } })
    expect(model.task).toBe('regression')
    await model.close()
  })

  it('reads the sodalime.json beside a file, or the one it is told of, or none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sodalime-open-'))
    const file = join(folder, 'pair.onnx')
    copyFileSync(fixture('pair.onnx'), file)
    const beside = { kind: 'tabular', classNames: ['x', 'y', 'z'] }
    writeFileSync(join(folder, 'sodalime.json'), JSON.stringify(beside))
    const other = join(folder, 'other.json')
    writeFileSync(other, JSON.stringify({ ...beside, classNames: ['1', '2', '3'] }))
    const namesOf = async (options: OpenOptions) => {
      const model = await openModel(file, options)
      await model.close()
      return model.classNames
    }
    expect(await namesOf({})).toEqual(['x', 'y', 'z'])
    expect(await namesOf({ preprocessing: other })).toEqual(['1', '2', '3'])
    expect(await namesOf({ preprocessing: false })).not.toEqual(['x', 'y', 'z'])
    expect(await namesOf({ onnx: { classNames: ['a', 'b', 'c'] } })).toEqual(['a', 'b', 'c'])
    expect(await namesOf({ defaults: { classNames: ['a', 'b', 'c'] } })).toEqual(['x', 'y', 'z'])
  })

  it.each(['model.pkl', 'model', 'ftp:model', ''])(
    'refuses %j and lists what there is',
    async (spec) => {
      await expect(openModel(spec)).rejects.toMatchObject({
        code: 'option',
        expected: expect.stringContaining('model.onnx, model.keras, tfjs/model.json, process:'),
      })
    },
  )
})
