/**
 * From a raw ECG to the reasons of a network, in one go: `node examples/ecg/run.mjs` (after `npm run build`).
 *
 * 1. Read five minutes of record 208 and find its R peaks.
 * 2. Cut a beat around each, and measure its label: is its main deflection narrow or wide?
 * 3. Train a network on the first three quarters of the recording, and test it on the last.
 * 4. Explain single beats: which stretches of the beat speak for its class? With pictures, perturbations included.
 * 5. Explain every beat of the test, and average: which stretches matter for each class?
 *
 * With the path of an annotated record (`node examples/ecg/run.mjs ../shared/data/series/mitdb-100/100 N,A`) its
 * annotations are the labels instead. Files go to `examples/ecg/out`, or to the folder in ECG_OUT.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SeriesExplainer } from 'sodalime'
import { readWfdb } from 'sodalime/data'
import { loadOnnx } from 'sodalime/models/onnx'
import { renderLossSvg, renderPng, renderSeriesSvg } from 'sodalime/render'
import {
  bandPass,
  beatsOfRecord,
  cutBeats,
  findRPeaks,
  reportTraining,
  saveSeriesModel,
  scoreClasses,
  splitByTime,
  takeSeries,
  targetsOf,
  trainSeriesClassifier,
} from 'sodalime/train'
import { meanInfluence } from './mean-influence.mjs'
import { recordSvg } from './record-svg.mjs'
import { widthAtHalfHeight } from './width.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const out = process.env.ECG_OUT ?? join(here, 'out')
const [recordPath, classes] = process.argv.slice(2)

// Seconds around the R peak, and time steps of a beat: 120 a second.
const WINDOW = { before: 0.3, after: 0.4, length: 84 }
// Milliseconds at half height. Record 208 has two clear groups, at about 30 and 85; the few beats between are left out.
const NARROW = 50
const WIDE = 65

await mkdir(out, { recursive: true })

// 1. The record and its R peaks.
const record = await readWfdb(recordPath ?? join(here, '208'))
const { signals, samplingRate } = record
const lead = signals.data.filter((_, i) => i % signals.cols === 0)
const peaks = findRPeaks(lead, samplingRate)
const minutes = lead.length / samplingRate / 60
console.log(`record ${record.name}: ${minutes.toFixed(1)} minutes, ${peaks.length} R peaks`)

// 2. Beats and their labels.
const beats = recordPath === undefined ? measuredBeats() : annotatedBeats()
const counts = beats.classNames.map((name) => {
  const count = beats.labels.filter((label) => label === name).length
  return `${count} ${name}`
})
console.log(`beats: ${counts.join(', ')}`)
await picture('record', recordSvg(record, beats, 10))

// 3. Training, the last quarter of the recording put aside.
const split = splitByTime(beats.instances.length, 0.75)
const train = takeSeries(beats, split.train)
const test = takeSeries(beats, split.test)
const trained = await trainSeriesClassifier(train, {
  classWeights: 'balanced',
  epochs: 30,
  patience: 10,
  onEpoch: ({ epoch, loss, validationLoss }) => {
    if (epoch % 5 === 1) {
      console.log(
        `epoch ${epoch}: loss ${loss.toFixed(3)}, validation ${validationLoss.toFixed(3)}`,
      )
    }
  },
})
const truth = targetsOf(test, trained.classNames, 'the test')
const scores = scoreClasses(await trained.predict(test.instances), truth, trained.classNames)
console.log(`trained in ${trained.seconds.toFixed(1)} s; epoch ${trained.bestEpoch} kept`)
console.log(
  `test: accuracy ${scores.accuracy.toFixed(3)}, F1 ${scores.classes.map(({ name, f1 }) => `${name} ${f1.toFixed(3)}`).join(', ')}`,
)
console.table(
  Object.fromEntries(
    scores.confusion.map((row, c) => [
      `true ${trained.classNames[c]}`,
      Object.fromEntries(row.map((count, p) => [`predicted ${trained.classNames[p]}`, count])),
    ]),
  ),
)
const [modelFile] = await saveSeriesModel(out, trained, reportTraining(trained, scores))
await picture('loss', renderLossSvg(trained.history, { bestEpoch: trained.bestEpoch }))
await trained.close()

// 4. Single beats, explained by the saved model. A segment that is off becomes that of the mean beat of the other classes,
// so that the question is: what makes this beat one of its class, and not of the others?
const model = await loadOnnx(modelFile)
const explainers = trained.classNames.map(
  (name) =>
    new SeriesExplainer({
      channelNames: beats.channelNames,
      samplingRate: beats.samplingRate,
      numSegments: 14,
      replacement: 'background',
      background: meanBeat(train, (label) => label !== name),
      randomState: 42,
    }),
)
for (const [c, name] of trained.classNames.entries()) {
  const index = truth.indexOf(c)
  if (index < 0) continue
  const explanation = await explainers[c].explain(test.instances[index], model, {
    labels: [c],
    keepNeighbourhood: true,
  })
  console.log(`\nbeat ${index} of the test, ${name}: why ${name}?`)
  for (const [segment, weight] of explanation.asList().slice(0, 4)) {
    console.log(`  ${segment.padEnd(14)} ${weight > 0 ? '+' : ''}${weight.toFixed(3)}`)
  }
  const svg = renderSeriesSvg(explanation, { perturbations: 6 })
  await picture(`beat-${fileName(name)}`, svg)
}

// 5. The mean influence over the beat, for each class.
const byClass = trained.classNames.map(() => [])
for (const [i, beat] of test.instances.entries()) {
  const label = truth[i]
  const explanation = await explainers[label].explain(beat, model, {
    labels: [label],
    numSamples: 400,
  })
  byClass[label].push(explanation)
}
console.log('\nmean influence over the test beats')
for (const [c, explanations] of byClass.entries()) {
  if (explanations.length === 0) continue
  const mean = meanInfluence(explanations)
  const [strongest] = mean.labels[0].weights
  const name = trained.classNames[c]
  console.log(
    `  ${name}: ${explanations.length} beats, most at ${mean.features[strongest.feature].name} (${strongest.weight.toFixed(3)})`,
  )
  await picture(`influence-${fileName(name)}`, renderSeriesSvg(mean))
}
await model.close()
console.log(`\npictures and the model: ${out}`)

/** Beats whose width says what they are. */
function measuredBeats() {
  const wave = bandPass(lead, samplingRate, 0.5, 40)
  const widths = Array.from(peaks, (peak) => widthAtHalfHeight(wave, samplingRate, peak))
  const clear = peaks.filter((_, i) => widths[i] < NARROW || widths[i] > WIDE)
  const widthOf = new Map(Array.from(peaks, (peak, i) => [peak, widths[i]]))
  const filtered = { data: wave, rows: wave.length, cols: 1 }
  const cut = cutBeats(filtered, samplingRate, clear, { ...WINDOW, normalise: 'none' })
  return {
    ...cut,
    labels: Array.from(cut.peaks, (peak) => (widthOf.get(peak) < NARROW ? 'narrow' : 'wide')),
    classNames: ['narrow', 'wide'],
    channelNames: ['lead MLII'],
  }
}

/** Beats whose annotations say what they are. */
function annotatedBeats() {
  return beatsOfRecord(record, { ...WINDOW, ...(classes && { classes: classes.split(',') }) })
}

/** The mean of the beats whose label `counts`. */
function meanBeat({ instances, labels }, counts) {
  const chosen = instances.filter((_, i) => counts(labels[i]))
  const { rows, cols } = chosen[0]
  const data = new Float64Array(rows * cols)
  for (const beat of chosen)
    for (let i = 0; i < data.length; i++) data[i] += beat.data[i] / chosen.length
  return { data, rows, cols }
}

async function picture(name, svg) {
  await writeFile(join(out, `${name}.svg`), svg)
  await writeFile(join(out, `${name}.png`), await renderPng(svg))
}

function fileName(text) {
  return text.replace(/\W/g, '_')
}
