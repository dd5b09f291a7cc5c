import { describe, expect, it, vi } from 'vitest'
import { inspectOnnx, loadOnnx } from '../../src/models/onnx.ts'
import { fixture } from './fixtures.ts'

vi.mock('onnxruntime-node', () => {
  throw new Error('Cannot find package')
})
vi.mock('onnxruntime-web', () => {
  throw new Error('Cannot find package')
})

describe('loadOnnx without ONNX Runtime', () => {
  it('names both commands that install one', async () => {
    await expect(loadOnnx(fixture('pair.onnx'))).rejects.toMatchObject({
      code: 'missing-dependency',
      remedy: expect.stringMatching(/npm install onnxruntime-node.*npm install onnxruntime-web/s),
    })
  })

  it('still inspects files', async () => {
    expect((await inspectOnnx(fixture('pair.onnx'))).task).toBe('classification')
  })
})
