import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openModel } from '../../src/models/open.ts'
import { fixture } from './fixtures.ts'

describe('openModel', () => {
  it('opens a path or URL by its extension, with the options of that kind', async () => {
    for (const spec of [fixture('pair.onnx'), pathToFileURL(fixture('pair.onnx')).href]) {
      const model = await openModel(spec, { onnx: { threads: 1, classNames: ['a', 'b', 'c'] } })
      expect(model.classNames).toEqual(['a', 'b', 'c'])
      await model.close()
    }
  })

  it.each(['model.pkl', 'model', 'ftp:model', ''])(
    'refuses %j and lists what there is',
    async (spec) => {
      await expect(openModel(spec)).rejects.toMatchObject({
        code: 'option',
        expected: expect.stringContaining('model.onnx, process:python3 predict.py'),
      })
    },
  )
})
