/**
 * What stands between a file and the network in it: damage, hostility, size, and layers that are code.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, unzipSync, zipSync } from 'fflate'
import h5wasm from 'h5wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError, OptionError, PredictorError } from '../../../src/contract/index.ts'
import { translateKeras } from '../../../src/models/keras.ts'
import { loadTfjsLayers, translateTfjsLayers } from '../../../src/models/tfjs-layers.ts'
import { FORMATS, modelBytes, VERSIONS } from './fixtures.ts'

const archive = modelBytes('sequential', 'k3', 'keras')
const hdf5 = modelBytes('sequential', 'k2', 'h5')

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('nothing was refused')
    },
    (error: Error) => error,
  )
}

describe('damaged files', () => {
  it.each([0.01, 0.3, 0.9, 0.99])('are refused when cut off at %d', async (part) => {
    for (const bytes of [archive, hdf5]) {
      const cut = bytes.slice(0, Math.floor(part * bytes.length))
      expect(await rejection(translateKeras(cut))).toBeInstanceOf(DataError)
    }
  })

  it('are refused when they are something else', async () => {
    for (const text of ['', '<html>not found</html>']) {
      expect(await rejection(translateKeras(strToU8(text)))).toBeInstanceOf(DataError)
    }
  })

  it('do not keep the HDF5 library busy forever with a free heap part of length 0', async () => {
    const bytes = Uint8Array.from(hdf5)
    // The length of a text 67 instead of 13 leads into the middle of another.
    bytes[4240] = 67
    const error = await rejection(translateKeras(bytes))
    expect(error.message).toContain('global heap at byte 2048')
  })

  it('are refused where they are weights without a network', async () => {
    const bytes = await hdf5With((file) => file.create_group('model_weights'))
    expect((await rejection(translateKeras(bytes))).message).toContain('save_weights')
  })

  it('name the layer whose weights are missing or of another shape', async () => {
    const config = JSON.stringify({
      class_name: 'Sequential',
      config: {
        name: 'net',
        layers: [
          {
            class_name: 'Dense',
            config: { name: 'wide', units: 3, batch_input_shape: [null, 4] },
          },
        ],
      },
    })
    const without = await hdf5With((file) => file.create_attribute('model_config', config))
    expect((await rejection(translateKeras(without))).message).toMatch(
      /layer wide \(Dense\), weight kernel: got no weight in the file, expected .*\(4, 3\)/,
    )
    const cyclic = await hdf5With((file) => {
      file.create_attribute('model_config', config)
      const weights = file.create_group('model_weights')
      weights.create_attribute('layer_names', ['wide'])
      const group = weights.create_group('wide')
      group.create_attribute('weight_names', ['wide/wide/wide/kernel:0', 'outside'])
      group.create_hard_link('/model_weights/wide', 'wide')
      group.create_external_link('/etc/passwd', '/', 'outside')
      group.create_dataset({ name: 'kernel:0', data: new Float32Array(6), shape: [2, 3] })
    })
    expect((await rejection(translateKeras(cyclic))).message).toMatch(
      /layer wide \(Dense\), weight kernel: got in the file .* of shape \(2, 3\)/,
    )
  })
})

describe('hostile archives', () => {
  const files = unzipSync(archive)

  it('refuses weights that pack a hundredfold, as those of a zip bomb do, before they are unpacked', async () => {
    const bomb = zipSync({ ...files, 'model.weights.h5': new Uint8Array(1e8) })
    const error = await rejection(translateKeras(bomb))
    expect(error).toBeInstanceOf(DataError)
    expect(error).toMatchObject({ got: expect.stringContaining('unpack to 100000000') })
  })

  it('are refused before they are inflated when they declare too much', async () => {
    const bomb = zipSync({ ...files, 'model.weights.h5': new Uint8Array(5e6) })
    const error = await rejection(translateKeras(bomb, { maxBytes: 1e6 }))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toContain('maxBytes')
  })

  it('take no more than they declare when they lie', async () => {
    const size = 3e6
    const bomb = zipSync({ ...files, 'model.weights.h5': new Uint8Array(size) })
    const view = new DataView(bomb.buffer, bomb.byteOffset)
    for (let at = 0; at + 28 < bomb.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50 && view.getUint32(at + 24, true) === size) {
        view.setUint32(at + 24, 1000, true)
      }
    }
    expect(await rejection(translateKeras(bomb))).toBeInstanceOf(DataError)
  })

  it('are refused with JSON of a million levels', async () => {
    const deep = zipSync({ ...files, 'config.json': strToU8('['.repeat(1e6)) })
    expect((await rejection(translateKeras(deep))).message).toContain('256 levels')
  })

  it('are refused without a part', async () => {
    const half = zipSync({ 'config.json': files['config.json']! })
    expect((await rejection(translateKeras(half))).message).toContain('model.weights.h5')
  })
})

describe('refusals before anything is read', () => {
  it('name a file that is missing', async () => {
    expect(await rejection(translateKeras('no-such-model.h5'))).toBeInstanceOf(PredictorError)
  })

  it('name a file that is larger than allowed', async () => {
    const error = await rejection(translateKeras(hdf5, { maxBytes: 1000 }))
    expect(error).toBeInstanceOf(PredictorError)
    expect(error.message).toContain('1000 bytes')
  })

  it('suggest the option or layer that was meant', async () => {
    const options = { maxbytes: 1 } as never
    expect((await rejection(translateKeras(hdf5, options))).message).toContain('maxBytes')
    const error = await rejection(translateKeras(hdf5, { innerOutputs: ['dens'] }))
    expect(error).toBeInstanceOf(OptionError)
    expect(error.message).toContain('Did you mean dense?')
  })
})

describe('layers that are code', () => {
  it.each(FORMATS)('Lambda is refused by name with what to do (%s)', async (format) => {
    const error = await rejection(translateKeras(modelBytes('lambda-layer', 'k3', format)))
    expect(error).toBeInstanceOf(PredictorError)
    expect(error.message).toMatch(/layer twice \(Lambda\).*model\.export/)
  })

  it.each(VERSIONS)('a custom layer is refused by name with what to do (%s)', async (version) => {
    for (const format of FORMATS) {
      const error = await rejection(translateKeras(modelBytes('custom-layer', version, format)))
      expect(error).toBeInstanceOf(PredictorError)
      expect(error.message).toMatch(/layer doubling .*Own>Doubling.*model\.export/)
    }
  })
})

describe('inner outputs', () => {
  it('are found by their full name or its last part, in Keras order of axes', async () => {
    const bytes = modelBytes('nested', 'k3', 'keras')
    const { outputs } = await translateKeras(bytes, { innerOutputs: ['one/bn', 'fz1', 'shared'] })
    expect(outputs.slice(-3)).toEqual([
      { name: 'one/bn', shape: [null, 3] },
      { name: 'fz1', shape: [null, 4] },
      { name: 'shared', shape: [null, 4] },
    ])
  })
})

describe('TensorFlow.js folders', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sodalime-tfjs-'))
    await mkdir(join(folder, 'model'))
    await writeFile(join(folder, 'outside.bin'), new Uint8Array(8))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const dense = {
    class_name: 'Dense',
    config: { name: 'd', units: 1, batch_input_shape: [null, 2] },
  }
  const topology = { class_name: 'Sequential', config: { name: 's', layers: [dense] } }
  const kernel = { name: 'd/kernel', shape: [2, 1], dtype: 'float32' }
  const bias = { name: 'd/bias', shape: [1], dtype: 'float32' }

  async function write(manifest: object): Promise<string> {
    const path = join(folder, 'model', 'model.json')
    await writeFile(path, JSON.stringify(manifest))
    return path
  }

  it('answer with weights of 8 and 16 bits', async () => {
    const weights = [
      { ...kernel, quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
      { ...bias, quantization: { dtype: 'float16', original_dtype: 'float32' } },
    ]
    await writeFile(join(folder, 'model', 'a.bin'), Uint8Array.of(4))
    // 0x3e00 is 1.5 in half precision.
    await writeFile(join(folder, 'model', 'b.bin'), Uint8Array.of(6, 0x00, 0x3e))
    const path = await write({
      modelTopology: { keras_version: '2.4.0', model_config: topology },
      weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights }],
    })
    const model = await loadTfjsLayers(path)
    // kernel (4 · 0.5 − 1, 6 · 0.5 − 1) = (1, 2): 10 · 1 + 100 · 2 + 1.5.
    expect([...(await model.predict([[10, 100]])).data]).toEqual([211.5])
    await model.close()
  })

  it('are refused where a shard lies outside, is cut off, or is missing', async () => {
    for (const paths of [['../outside.bin'], [join(folder, 'outside.bin')], ['none.bin']]) {
      const path = await write({
        modelTopology: topology,
        weightsManifest: [{ paths, weights: [kernel] }],
      })
      expect(await rejection(translateTfjsLayers(path))).toBeInstanceOf(PredictorError)
    }
    await writeFile(join(folder, 'model', 'short.bin'), new Uint8Array(7))
    const path = await write({
      modelTopology: topology,
      weightsManifest: [{ paths: ['short.bin'], weights: [kernel] }],
    })
    expect((await rejection(translateTfjsLayers(path))).message).toContain('7 bytes')
  })

  it('are sent to loadTfjs where they hold a graph model', async () => {
    const path = await write({ format: 'graph-model', modelTopology: { node: [] } })
    expect((await rejection(translateTfjsLayers(path))).message).toContain('loadTfjs')
  })
})

type File = InstanceType<typeof h5wasm.File>

async function hdf5With(fill: (file: File) => void): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready
  const path = '/made-for-a-test.h5'
  const file = new h5wasm.File(path, 'w')
  fill(file)
  file.close()
  const bytes = FS.readFile(path) as Uint8Array
  FS.unlink(path)
  return bytes
}
