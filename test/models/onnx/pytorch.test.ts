/** Networks that PyTorch itself exported (tools/make-pytorch-fixtures.py), against PyTorch's own outputs. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadOnnx, type OnnxInput, type OnnxOptions } from '../../../src/models/onnx.ts'
import { fixture } from '../fixtures.ts'

interface PytorchCase {
  readonly kind: 'row' | 'image' | 'series'
  readonly shape: readonly number[]
  readonly inputs: readonly number[]
  readonly expected: readonly (readonly number[])[]
}

const cases: [string, OnnxOptions, 'classification' | 'regression'][] = [
  ['table', { task: 'regression' }, 'regression'],
  // Floats come as they are: not from bytes, 0 … 255.
  ['image', { activation: 'softmax', image: { scale: 1, shift: 0 } }, 'classification'],
  ['series', {}, 'classification'],
]

describe.each(cases)('an ONNX of PyTorch: %s', (name, options, task) => {
  const text = readFileSync(fixture(`pytorch-${name}.json`), 'utf8')
  const { kind, shape, inputs, expected } = JSON.parse(text) as PytorchCase
  const instances = Array.from({ length: shape[0]! }, (_, i) => instance(i))
  const answers = options.activation === 'softmax' ? expected.map(softmax) : expected

  it('gives the outputs of PyTorch, all at once and one by one', async () => {
    const model = await loadOnnx(fixture(`pytorch-${name}.onnx`), options)
    expect(model.task).toBe(task)
    expectClose(await model.predict(instances), answers)
    for (const [i, one] of instances.entries())
      expectClose(await model.predict([one]), [answers[i]!])
    await model.close()
  })

  function instance(i: number): OnnxInput {
    const size = inputs.length / shape[0]!
    const own = inputs.slice(i * size, (i + 1) * size)
    if (kind === 'row') return own
    if (kind === 'series') {
      return { data: Float64Array.from(own), rows: shape[1]!, cols: shape[2]! }
    }
    const [, channels, height, width] = shape as [number, number, number, number]
    const pixels = height * width
    const data = Float32Array.from(
      own,
      (_, k) => own[(k % channels) * pixels + Math.floor(k / channels)]!,
    )
    return { data, width, height, channels }
  }
})

function softmax(row: readonly number[]): number[] {
  const powers = row.map(Math.exp)
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((one) => one / sum)
}

function expectClose(
  outputs: { data: Float64Array; rows: number },
  expected: readonly (readonly number[])[],
): void {
  expect(outputs.rows).toBe(expected.length)
  const flat = expected.flat()
  expect(outputs.data.length).toBe(flat.length)
  for (const [i, value] of flat.entries()) expect(outputs.data[i]).toBeCloseTo(value, 5)
}
