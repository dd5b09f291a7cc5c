/**
 * `npm run -s bench -- ecg`: the network for series on ECG200, five seeds: accuracy on the test set, and seconds.
 *
 * There is nothing to take turns with here. The published figure is that of a network sixteen times as large: .89 (the FCN of
 * `models/keras/ecg200_best_model.hdf5`); it stands in the note.
 */
import { readSeries } from '../src/data/index.ts'
import { scoreClasses, targetsOf, trainSeriesClassifier } from '../src/train/index.ts'
import type { BenchOptions } from './main.ts'
import { median } from './reference/interleave.ts'

const PUBLISHED = 0.89

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const folder = `${process.env.SODALIME_DATA ?? '../shared/data'}/series/ecg200`
  const train = await readSeries(`${folder}/ECG200_TRAIN.txt`)
  const test = await readSeries(`${folder}/ECG200_TEST.txt`)
  const accuracies: number[] = []
  const times: number[] = []
  for (let seed = 0; seed < (quick ? 1 : 5); seed++) {
    const trained = await trainSeriesClassifier(train, { randomState: seed })
    const truth = targetsOf(test, trained.classNames, 'ECG200_TEST.txt')
    const scores = scoreClasses(await trained.predict(test.instances), truth, trained.classNames)
    await trained.close()
    accuracies.push(scores.accuracy)
    times.push(trained.seconds)
    emit({
      case: `train on ECG200, seed ${seed}`,
      ours: trained.seconds,
      reference: null,
      ratio: null,
      unit: 's',
      note: `test accuracy ${scores.accuracy.toFixed(2)}, macro F1 ${scores.macroF1.toFixed(2)}; epoch ${trained.bestEpoch} of ${trained.history.length}`,
    })
  }
  emit({
    case: 'median',
    ours: median(times),
    reference: null,
    ratio: null,
    unit: 's',
    note: `median test accuracy ${median(accuracies).toFixed(2)}; published, 16 times as large: ${PUBLISHED}`,
  })
}
