import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Matrix, TableRow, Warning } from '../../src/contract/index.ts'
import { inspectOnnx, loadOnnx, type OnnxInput, type OnnxOptions } from '../../src/models/onnx.ts'
import { expectations, fixture } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sodalime-onnx-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function answers(
  source: string | Uint8Array,
  inputs: readonly OnnxInput[],
  options: OnnxOptions = {},
): Promise<number[][]> {
  const model = await loadOnnx(source, { threads: 1, ...options })
  const { data, rows, cols }: Matrix = await model.predict(inputs)
  await model.close()
  return Array.from({ length: rows }, (_, i) => [...data.subarray(i * cols, (i + 1) * cols)])
}

function expectClose(
  got: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  relative = 1e-5,
): void {
  expect(got.map((row) => row.length)).toEqual(expected.map((row) => row.length))
  got.forEach((row, i) => {
    row.forEach((value, j) => {
      const wanted = expected[i]![j]!
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(relative * Math.max(1, Math.abs(wanted)))
    })
  })
}

describe('loadOnnx on exported models', () => {
  it.each([
    'zipmap',
    'pair',
    'zipmap-columns',
    'label-only',
    'mlp',
    'double-zipmap',
    'mixed-columns',
    'regressor',
    'xgboost',
    'xgboost-binary',
    'xgboost-regressor',
    'lightgbm',
    'lightgbm-binary',
    'lightgbm-regressor',
    'text',
    'logits',
    'fixed-batch',
    'sigmoid',
    'beside',
    'bool-int-double',
  ])('answers as the library that made %s.onnx does', async (name) => {
    const { rows, expected, classNames } = expectations(name)
    expectClose(await answers(fixture(`${name}.onnx`), rows), expected)
    const model = await loadOnnx(fixture(`${name}.onnx`), { threads: 1 })
    expect(model.classNames).toEqual(classNames)
    await model.close()
  })

  it('gives the same by WebAssembly', async () => {
    const { rows, expected } = expectations('mixed-columns')
    expectClose(await answers(fixture('mixed-columns.onnx'), rows, { runtime: 'web' }), expected)
  })

  it('loads from bytes, from an ArrayBuffer and from a file URL', async () => {
    const { rows, expected } = expectations('zipmap')
    const bytes = readFileSync(fixture('zipmap.onnx'))
    const buffer = Uint8Array.from(bytes).buffer
    const url = pathToFileURL(fixture('zipmap.onnx'))
    for (const source of [bytes, buffer, url, url.href]) {
      const model = await loadOnnx(source, { threads: 1 })
      const { data } = await model.predict(rows)
      expectClose([[...data]], [expected.flat()])
      await model.close()
    }
  })

  it('takes the runtime as a module', async () => {
    const runtime = await import('onnxruntime-web')
    const { rows, expected } = expectations('pair')
    expectClose(await answers(fixture('pair.onnx'), rows, { runtime }), expected)
  })

  it('turns logits into probabilities on request', async () => {
    const { rows, softmax, expected } = expectations('logits')
    const path = fixture('logits.onnx')
    expectClose(await answers(path, rows, { activation: 'softmax' }), softmax!)
    const sigmoid = expected.map((row) => row.map((z) => 1 / (1 + Math.exp(-z))))
    expectClose(await answers(path, rows, { activation: 'sigmoid' }), sigmoid)
  })

  it('answers a batch in pieces as in one run', async () => {
    const { rows, expected } = expectations('zipmap')
    expectClose(await answers(fixture('zipmap.onnx'), rows, { chunkSize: 5 }), expected)
  })

  it('answers an empty batch with no rows', async () => {
    expect(await answers(fixture('zipmap.onnx'), [])).toEqual([])
  })

  it('warns of a classifier that answers with labels only', async () => {
    const seen: Warning[] = []
    const model = await loadOnnx(fixture('label-only.onnx'), {
      threads: 1,
      onWarning: (warning) => seen.push(warning),
    })
    await model.close()
    expect(seen.map(({ code }) => code)).toEqual(['label-only-model'])
    expect(model.warnings).toEqual(seen)
  })

  it('tells the task by the graph, and lets the caller overrule it', async () => {
    const tasks: Record<string, unknown> = {}
    for (const name of ['zipmap', 'regressor', 'logits', 'fixed-batch', 'sigmoid']) {
      tasks[name] = (await inspectOnnx(fixture(`${name}.onnx`))).task
    }
    expect(tasks).toEqual({
      zipmap: 'classification',
      regressor: 'regression',
      logits: null,
      'fixed-batch': 'classification',
      sigmoid: 'classification',
    })
    const { rows, expected } = expectations('sigmoid')
    const plain = await answers(fixture('sigmoid.onnx'), rows, { task: 'regression' })
    expectClose(
      plain,
      expected.map((row) => [row[1]!]),
    )
  })
})

describe('loadOnnx on rows', () => {
  const mixed = expectations('mixed-columns')

  it('takes rows by column name, in any order, with columns to spare', async () => {
    const rows = mixed.rows.map((row) => {
      const [colour, rooms, size] = row as [string, number, number]
      return { target: 'yes', 'size m2': size, colour, rooms }
    })
    expectClose(await answers(fixture('mixed-columns.onnx'), rows), mixed.expected)
  })

  it('takes arrays in another order when told the columns, whatever exporters did to their names', async () => {
    const columns = ['Size_m2', 'target', 'colour', 'rooms']
    const rows = mixed.rows.map((row): TableRow => {
      const [colour, rooms, size] = row as [string, number, number]
      return [size, 'yes', colour, rooms]
    })
    const path = fixture('mixed-columns.onnx')
    expectClose(await answers(path, rows, { columns }), mixed.expected)
  })

  it('knows the names of its columns where each has an input', async () => {
    const model = await loadOnnx(fixture('mixed-columns.onnx'), { threads: 1 })
    await model.close()
    expect(model.inputNames).toEqual(['colour', 'rooms', 'size_m2'])
  })

  it('takes rows by name for one input of several columns when told their names', async () => {
    const { rows, expected } = expectations('pair')
    const columns = ['a', 'b', 'c', 'd']
    const named = rows.map((row) => {
      const [a, b, c, d] = row as number[]
      return { d: d!, c: c!, b: b!, a: a! }
    })
    expectClose(await answers(fixture('pair.onnx'), named, { columns }), expected)
    await expect(answers(fixture('pair.onnx'), named)).rejects.toMatchObject({ code: 'shape' })
  })

  it('takes views into a flat matrix', async () => {
    const { rows, expected } = expectations('pair')
    const flat = Float64Array.from((rows as number[][]).flat())
    const views = rows.map((_, i) => flat.subarray(4 * i, 4 * i + 4))
    expectClose(await answers(fixture('pair.onnx'), views), expected)
  })

  it('sends a missing number as NaN and a missing text as the empty one', async () => {
    // y = x · [0, 1, 2, 3]: NaN in, NaN out.
    const [row] = await answers(fixture('beside.onnx'), [[null, 1, 1, 1]])
    expect(row![0]).toBeNaN()
    const path = fixture('mixed-columns.onnx')
    const [missing, empty] = await answers(path, [
      [null, 3, 50],
      ['', 3, 50],
    ])
    expect(missing).toEqual(empty)
  })

  it('rounds numbers and refuses missing values for columns of integers', async () => {
    const path = fixture('mixed-columns.onnx')
    const [rounded, whole] = await answers(path, [
      ['red', 3.4, 50],
      ['red', 3, 50],
    ])
    expect(rounded).toEqual(whole)
    await expect(answers(path, [['red', null, 50]])).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining('row 0, rooms: got null'),
    })
  })

  it('names the columns that it misses', async () => {
    await expect(answers(fixture('mixed-columns.onnx'), [{ colour: 'red' }])).rejects.toThrow(
      /got no value for rooms, size_m2/,
    )
    await expect(answers(fixture('mixed-columns.onnx'), [['red', 1]])).rejects.toThrow(
      /got 2 columns, expected 3 columns: colour, rooms, size_m2/,
    )
    await expect(
      answers(fixture('mixed-columns.onnx'), [], { columns: ['colour', 'size'] }),
    ).rejects.toThrow(/no column rooms, size_m2/)
  })

  it('refuses text where a number belongs, and names row and column', async () => {
    const rows = [
      ['red', 1, 2],
      ['red', 1, 'large'],
    ]
    await expect(answers(fixture('mixed-columns.onnx'), rows)).rejects.toThrow(
      /row 1, size_m2: got "large"/,
    )
  })
})

describe('loadOnnx on pictures and series', () => {
  const image = expectations('image')
  const series = expectations('series')
  /** (c, h, w) to (h, w, c). */
  const pixels = (values: readonly number[]): Float32Array => {
    const data = new Float32Array(60)
    for (let c = 0; c < 3; c++) {
      for (let p = 0; p < 20; p++) data[p * 3 + c] = values[c * 20 + p]!
    }
    return data
  }

  it('lays out pixels with the channels first for a PyTorch network', async () => {
    const images = (image.rows as number[][]).map((row) => ({
      data: pixels(row),
      width: 5,
      height: 4,
      channels: 3,
    }))
    expectClose(await answers(fixture('image.onnx'), images), image.expected)
    expectClose(await answers(fixture('image.onnx'), image.rows), image.expected)
  })

  it('scales, shifts and swaps channels, and drops an alpha channel', async () => {
    const images = (image.rows as number[][]).map((row) => {
      const data = new Float64Array(80)
      for (let p = 0; p < 20; p++) {
        for (let c = 0; c < 3; c++) data[p * 4 + c] = (row[(2 - c) * 20 + p]! + 1) * 127.5
        data[p * 4 + 3] = 255
      }
      return { data, width: 5, height: 4, channels: 4 }
    })
    const layout = { scale: 1 / 127.5, shift: [-1, -1, -1], channelOrder: 'bgr' as const }
    expectClose(await answers(fixture('image.onnx'), images, { image: layout }), image.expected)
  })

  it('lays out series with the channels first for a PyTorch network', async () => {
    const matrices = (series.rows as number[][]).map((row) => ({
      data: Float64Array.from({ length: 12 }, (_, i) => row[(i % 2) * 6 + (i >> 1)]!),
      rows: 6,
      cols: 2,
    }))
    expectClose(await answers(fixture('series.onnx'), matrices), series.expected)
  })

  it('refuses instances of a kind that the model does not take', async () => {
    const picture = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 }
    await expect(answers(fixture('pair.onnx'), [picture])).rejects.toMatchObject({ code: 'shape' })
    await expect(answers(fixture('pair.onnx'), ['text'])).rejects.toMatchObject({ code: 'shape' })
    await expect(answers(fixture('image.onnx'), [picture])).rejects.toThrow(/expected 5 × 4 pixels/)
  })
})

describe('loadOnnx on files that are not what they should be', () => {
  const refusal = (source: string | Uint8Array): Promise<Error> =>
    loadOnnx(source).then(
      () => new Error('it was loaded'),
      (error: Error) => error,
    )

  it('names a file that is missing', async () => {
    const error = await refusal(join(folder, 'nowhere.onnx'))
    expect(error).toMatchObject({ code: 'predictor' })
    expect(error.message).toMatch(/nowhere\.onnx: got no such file/)
  })

  it('says of every truncation that it is no whole model, and never hangs', async () => {
    const bytes = readFileSync(fixture('zipmap.onnx'))
    for (const length of [0, 1, 10, 500, bytes.length - 1]) {
      const error = await refusal(bytes.subarray(0, length))
      expect(error).toMatchObject({ code: 'predictor' })
    }
    expect((await refusal(bytes.subarray(0, 500))).message).toMatch(/truncated/)
  })

  it.each([
    ['an empty file', ''],
    ['HTML or XML', '<!doctype html><p>404'],
    ['JSON', '{"a": 1}'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0'],
    ['a zip file', 'PK\u0003\u0004 and so on'],
  ])('recognises %s', async (what, text) => {
    const error = await refusal(new TextEncoder().encode(text))
    expect(error).toMatchObject({ code: 'predictor', got: expect.stringContaining(what) })
  })

  it('reads weights beside the model, and refuses those outside of its folder', async () => {
    const error = await refusal(fixture('escaping.onnx'))
    expect(error.message).toMatch(/"\.\.\/escaping\.bin", expected files in the model's own folder/)
    const inside = join(folder, 'inside')
    await mkdir(inside)
    await copyFile(fixture('beside.onnx'), join(inside, 'beside.onnx'))
    await copyFile(fixture('beside.bin'), join(folder, 'outside.bin'))
    expect((await refusal(join(inside, 'beside.onnx'))).message).toMatch(/no such file/)
    await symlink(join(folder, 'outside.bin'), join(inside, 'beside.bin'))
    expect((await refusal(join(inside, 'beside.onnx'))).message).toMatch(/symbolic link/)
    expect((await refusal(readFileSync(fixture('beside.onnx')))).message).toMatch(/path or URL/)
  })

  it('refuses unknown options and outputs with the nearest name', async () => {
    const path = fixture('pair.onnx')
    await expect(loadOnnx(path, { classnames: [] } as OnnxOptions)).rejects.toThrow(
      /Did you mean classNames/,
    )
    await expect(loadOnnx(path, { output: 'nothing' })).rejects.toMatchObject({ code: 'option' })
    await expect(loadOnnx(path, { threads: 0 })).rejects.toMatchObject({ code: 'option' })
    await expect(
      loadOnnx(path, { activation: 'relu' } as unknown as OnnxOptions),
    ).rejects.toMatchObject({ code: 'option' })
  })

  it('says what ONNX Runtime refuses', async () => {
    const bytes = readFileSync(fixture('logits.onnx'))
    const at = bytes.indexOf('Gemm')
    const broken = Uint8Array.from(bytes)
    broken.set(new TextEncoder().encode('Gomm'), at)
    await writeFile(join(folder, 'gomm.onnx'), broken)
    expect((await refusal(join(folder, 'gomm.onnx'))).message).toMatch(
      /gomm\.onnx: got a model that ONNX Runtime refuses .*Gomm/s,
    )
  })

  it('stops between two pieces of a batch when aborted', async () => {
    const model = await loadOnnx(fixture('zipmap.onnx'), { threads: 1, chunkSize: 1 })
    const controller = new AbortController()
    const rows = Array.from({ length: 5000 }, () => [1, 2, 3, 4])
    const running = model.predict(rows, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 5)
    await expect(running).rejects.toThrow('enough')
    await model.close()
  })
})

describe('inspectOnnx', () => {
  it('tells what a scikit-learn pipeline holds, without a runtime', async () => {
    const { inputs, outputs, classNames, task, opsets, operators, answer } = await inspectOnnx(
      fixture('mixed-columns.onnx'),
    )
    expect(inputs.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'colour: string[?, 1]',
      'rooms: int64[?, 1]',
      'size_m2: float32[?, 1]',
    ])
    expect(outputs.map(({ type }) => type)).toEqual(['string[?]', 'sequence(map(string, float32))'])
    expect(classNames).toEqual(['no', 'yes'])
    expect(task).toBe('classification')
    expect(answer?.kind).toBe('scores')
    expect(opsets['ai.onnx.ml']).toBe(1)
    expect(operators.ZipMap).toBe(1)
    expect(operators.OneHotEncoder).toBe(1)
  })
})

const shared = join(process.env.SODALIME_DATA ?? '../shared/data', 'models/onnx')
const has = existsSync(shared)
if (!has) console.info(`skipped: real ONNX files, since ${shared} is not there`)

describe.skipIf(!has)('loadOnnx on real files', () => {
  const files = has ? readdirSync(shared).filter((name) => name.endsWith('.onnx')) : []
  it.each(files)('loads %s and answers in both runtimes alike', async (file) => {
    const { inputs } = await inspectOnnx(join(shared, file))
    const sizes = inputs[0]!.shape!.slice(1)
    const width = sizes.reduce<number>((n, size) => n * (typeof size === 'number' ? size : 20), 1)
    const rows = [0, 1, 2].map((seed) =>
      Float64Array.from({ length: width }, (_, i) => Math.sin(i + seed)),
    )
    const native = await answers(join(shared, file), rows, { runtime: 'node' })
    expect(native.flat().every(Number.isFinite)).toBe(true)
    expectClose(await answers(join(shared, file), rows, { runtime: 'web' }), native, 1e-4)
  })
})
