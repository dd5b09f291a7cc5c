import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError, OptionError, ShapeError } from '../../src/contract/errors.ts'
import { loadOnnx } from '../../src/models/onnx.ts'
import { encodeSeriesModel } from '../../src/train/encode-series-model.ts'
import { targetsOf } from '../../src/train/labelled-series.ts'
import {
  checkModelFolder,
  reportTraining,
  saveSeriesModel,
} from '../../src/train/save-series-model.ts'
import { scoreClasses } from '../../src/train/scores.ts'
import {
  type EpochReport,
  type TrainedSeriesClassifier,
  trainSeriesClassifier,
} from '../../src/train/train-series.ts'
import { syntheticBeats } from './synthetic-beats.ts'

const SMALL = { filters: [8, 8, 8], learningRate: 0.01 } as const

describe('a network for series', () => {
  const train = syntheticBeats(120, 1)
  const test = syntheticBeats(90, 2)
  const seen: EpochReport[] = []
  let trained: TrainedSeriesClassifier

  beforeAll(async () => {
    trained = await trainSeriesClassifier(train, {
      ...SMALL,
      epochs: 15,
      classWeights: 'balanced',
      onEpoch: (report) => seen.push(report),
    })
  })
  afterAll(() => trained.close())

  it('tells two kinds of beats apart that it was not trained on', async () => {
    const truth = targetsOf(test, trained.classNames, 'test')
    const { accuracy } = scoreClasses(
      await trained.predict(test.instances),
      truth,
      trained.classNames,
    )
    expect(accuracy).toBeGreaterThanOrEqual(0.95)
  })

  it('answers with probabilities', async () => {
    const { data, rows, cols } = await trained.predict(test.instances)
    expect([rows, cols]).toEqual([90, 2])
    for (let i = 0; i < rows; i++) expect(data[2 * i]! + data[2 * i + 1]!).toBeCloseTo(1, 5)
    expect((await trained.predict([])).rows).toBe(0)
  })

  it('reports each epoch, and keeps the one with the lowest validation loss', () => {
    expect(seen).toEqual(trained.history)
    expect(seen.map(({ epoch }) => epoch)).toEqual(seen.map((_, i) => i + 1))
    const losses = seen.map(({ validationLoss }) => validationLoss!)
    expect(trained.bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1)
    expect(trained.trained + trained.validated).toBe(120)
    expect(trained.validated).toBe(24)
  })

  it('gives the same probabilities as a saved model, which knows its classes', async () => {
    const model = await loadOnnx(encodeSeriesModel(trained), { series: { layout: 'ntc' } })
    try {
      const expected = await trained.predict(test.instances)
      const { data } = await model.predict(test.instances)
      expect(data.length).toBe(expected.data.length)
      for (const [i, value] of data.entries()) {
        expect(Math.abs(value - expected.data[i]!)).toBeLessThanOrEqual(1e-5)
      }
      expect(model.classNames).toEqual(['narrow', 'wide'])
      expect(model.task).toBe('classification')
    } finally {
      await model.close()
    }
  })

  it('does not care for the unit and the offset of a series', async () => {
    const scaled = test.instances.map((one) => ({
      ...one,
      data: one.data.map((value) => 250 * value + 1024),
    }))
    const expected = await trained.predict(test.instances)
    const { data } = await trained.predict(scaled)
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(expected.data[i]!, 3)
  })

  it('takes a constant series as a flat line, not as noise blown up', async () => {
    const flat = (value: number) => ({
      data: new Float64Array(40).fill(value),
      rows: 40,
      cols: 1,
    })
    const model = await loadOnnx(encodeSeriesModel(trained))
    const inputs = [flat(0), flat(0.1), flat(1234.567)]
    for (const { data } of [await trained.predict(inputs), await model.predict(inputs)]) {
      for (const i of [2, 4]) expect(Math.abs(data[i]! - data[0]!)).toBeLessThan(0.02)
    }
    await model.close()
  })

  it('resamples series of another length', async () => {
    const long = syntheticBeats(30, 3, { length: 80 })
    const truth = targetsOf(long, trained.classNames, 'test')
    const answer = await trained.predict(long.instances)
    expect(scoreClasses(answer, truth, trained.classNames).accuracy).toBeGreaterThan(0.8)
  })

  it('refuses to predict series with other channels, and gaps', async () => {
    const two = syntheticBeats(2, 1, { channels: 2 })
    await expect(trained.predict(two.instances)).rejects.toThrow(ShapeError)
    const gap = { data: Float64Array.of(1, Number.NaN, 2), rows: 3, cols: 1 }
    await expect(trained.predict([gap])).rejects.toThrow(/series 0: got NaN at step 1/)
  })

  it('is saved as a folder whose files say what they are, over an older one too', async () => {
    const above = mkdtempSync(join(tmpdir(), 'sodalime-train-'))
    try {
      const folder = join(above, 'model')
      await saveSeriesModel(folder, trained)
      writeFileSync(join(folder, 'model.onnx'), 'old')
      writeFileSync(join(folder, 'notes.txt'), 'mine')
      const report = reportTraining(trained)
      const written = await saveSeriesModel(folder, trained, report, { 'loss.svg': '<svg/>' })
      expect(written.map((path) => path.slice(folder.length + 1))).toEqual([
        'model.onnx',
        'sodalime.json',
        'report.json',
        'loss.svg',
      ])
      expect(readdirSync(above)).toEqual(['model'])
      expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine')
      expect(JSON.parse(readFileSync(join(folder, 'sodalime.json'), 'utf8'))).toEqual({
        schema: 'sodalime/preprocessing@1',
        kind: 'series',
        model: 'model.onnx',
        layout: 'ntc',
        length: 40,
        channels: 1,
        channelNames: ['lead 0'],
        normalise: 'in-model',
        activation: 'none',
        task: 'classification',
        classNames: ['narrow', 'wide'],
        samplingRate: 100,
      })
      const saved = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
      expect(saved.history).toHaveLength(trained.history.length)
      const model = await loadOnnx(join(folder, 'model.onnx'))
      expect((await model.predict(test.instances.slice(0, 1))).rows).toBe(1)
      await model.close()
    } finally {
      rmSync(above, { recursive: true })
    }
  })

  it('refuses a folder that cannot be made before anything is trained', async () => {
    await expect(checkModelFolder('no/such/folder', '--out')).rejects.toThrow(OptionError)
    await expect(checkModelFolder('package.json', '--out')).rejects.toThrow(/is no folder/)
    await expect(checkModelFolder('test', '--out')).resolves.toBeUndefined()
  })
})

describe('training', () => {
  const train = syntheticBeats(24, 4, { length: 24, channels: 2 })
  const quick = { ...SMALL, epochs: 2, batchSize: 8 }

  it('gives the same network for the same seed, and another for another', async () => {
    const answers: number[][] = []
    for (const randomState of [7, 7, 8]) {
      const trained = await trainSeriesClassifier(train, { ...quick, randomState })
      answers.push(Array.from((await trained.predict(train.instances)).data))
      await trained.close()
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).not.toEqual(answers[0])
  })

  it('saves networks of several channels, with and without their own normalisation', async () => {
    for (const normalise of ['series', 'none'] as const) {
      const trained = await trainSeriesClassifier(train, { ...quick, normalise })
      const model = await loadOnnx(encodeSeriesModel(trained))
      const expected = await trained.predict(train.instances)
      const { data } = await model.predict(train.instances)
      for (const [i, value] of data.entries()) {
        expect(Math.abs(value - expected.data[i]!)).toBeLessThanOrEqual(1e-5)
      }
      await model.close()
      await trained.close()
    }
  })

  it('stops when patience runs out, and never where nothing is put aside', async () => {
    const patient = await trainSeriesClassifier(train, {
      ...quick,
      learningRate: 1e-7,
      epochs: 30,
      patience: 2,
      noise: 0,
      shift: 0,
    })
    expect(patient.history.length).toBe(Math.min(30, patient.bestEpoch + 2))
    await patient.close()
    const all = await trainSeriesClassifier(train, { ...quick, validationShare: 0, patience: 1 })
    expect(all.history.map(({ validationLoss }) => validationLoss)).toEqual([null, null])
    expect([all.trained, all.validated, all.bestEpoch]).toEqual([24, 0, 2])
    await all.close()
  })

  it('says that series of another length were resampled', async () => {
    const odd = { ...train, instances: [...train.instances] }
    odd.instances[3] = { ...train.instances[3]!, data: new Float64Array(40), rows: 20 }
    const messages: string[] = []
    const trained = await trainSeriesClassifier(odd, {
      ...quick,
      onWarning: ({ message }) => messages.push(message),
    })
    expect(messages).toEqual(['1 of 24 series do not have 24 steps; they were resampled to 24.'])
    expect(trained.warnings.map(({ code }) => code)).toEqual(['unequal-lengths'])
    await trained.close()
  })

  it('stops at once when it is told to', async () => {
    const controller = new AbortController()
    const training = trainSeriesClassifier(train, {
      ...quick,
      epochs: 1000,
      signal: controller.signal,
      onEpoch: () => controller.abort(new Error('enough')),
    })
    await expect(training).rejects.toThrow('enough')
  })

  it.each([
    ['no labels', { ...train, labels: null }, /series without labels/],
    ['targets of a regression', { ...train, classNames: [] }, /targets of a regression/],
    [
      'a single class',
      { ...train, labels: train.labels!.map(() => 'wide') },
      /the single class wide/,
    ],
    [
      'a class of one series',
      { ...train, labels: train.labels!.map((_, i) => (i === 0 ? 'wide' : 'narrow')) },
      /1 series of class wide/,
    ],
    [
      'gaps',
      {
        ...train,
        instances: train.instances.map((one) => ({ ...one, data: one.data.map(() => Number.NaN) })),
      },
      /series 0: got NaN at step 0/,
    ],
  ])('refuses %s', async (_, dataset, message) => {
    const training = trainSeriesClassifier(dataset, quick)
    await expect(training).rejects.toThrow(DataError)
    await expect(training).rejects.toThrow(message)
  })

  it.each([
    [{ epoch: 3 }, /Did you mean epochs/],
    [{ epochs: 0 }, /options.epochs: got 0, expected an integer from 1/],
    [{ validationShare: 1 }, /validationShare/],
    [{ classWeights: 'balance' }, /Did you mean balanced/],
    [{ classWeights: { wid: 2 } }, /Did you mean wide/],
    [{ classWeights: { wide: -2 } }, /classWeights.wide/],
    [{ filters: [8, 8] }, /three counts/],
  ])('refuses the options %o', async (options, message) => {
    const training = trainSeriesClassifier(train, options as object)
    await expect(training).rejects.toThrow(OptionError)
    await expect(training).rejects.toThrow(message)
  })
})
