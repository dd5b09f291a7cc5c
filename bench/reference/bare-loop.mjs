/**
 * The loop that a batch is measured against: one explainer, one model, one row after the other, nothing written. Prints the
 * milliseconds from when the explainer is made: opening the model, reading the rows, the loop. With `asking` the model is
 * asked about the samples of each row, as a function is. Of the built package, as the batch is: a loader of
 * TypeScript would slow the loop down.
 */
const dist = new URL('../../dist/', import.meta.url).href
const { readTable } = await import(`${dist}data/index.mjs`)
const { TabularExplainer } = await import(`${dist}index.mjs`)
const { loadOnnx } = await import(`${dist}models/onnx.mjs`)

const [model, training, input, categorical, numSamples, asking] = process.argv.slice(2)
const table = await readTable(training)
const explainer = new TabularExplainer(table.rows, {
  featureNames: table.columnNames,
  categoricalFeatures: categorical?.split(','),
  randomState: 0,
})
const options = { sampling: 'lime', numSamples: Number(numSamples), numFeatures: 10 }
const began = performance.now()
const { rows } = await readTable(input)
const opened = await loadOnnx(model, { threads: 1, worker: false })
const predictor = { ...opened, immutable: asking === undefined }
for (const row of rows) await explainer.explain(row, predictor, options)
console.log(performance.now() - began)
await opened.close()
