/**
 * The loop that a batch is measured against: one explainer, one model, one row after the other, nothing written. Prints the
 * milliseconds of the loop, the model being loaded before it. Of the built package, as the batch is: without a loader of
 * TypeScript, which would slow the loop down.
 */
const dist = new URL('../../dist/', import.meta.url).href
const { readTable } = await import(`${dist}data/index.mjs`)
const { TabularExplainer } = await import(`${dist}index.mjs`)
const { loadOnnx } = await import(`${dist}models/onnx.mjs`)

const [model, training, input, categorical, numSamples] = process.argv.slice(2)
const table = await readTable(training)
const rows = await readTable(input)
const explainer = new TabularExplainer(table.rows, {
  featureNames: table.columnNames,
  categoricalFeatures: categorical?.split(','),
  randomState: 0,
})
const predictor = await loadOnnx(model, { threads: 1, worker: false })
const options = { sampling: 'lime', numSamples: Number(numSamples), numFeatures: 10 }
const began = performance.now()
for (const row of rows.rows) {
  await explainer.explain(row, predictor, options)
}
console.log(performance.now() - began)
await predictor.close()
