/**
 * The loop that a batch is measured against: one explainer, one model, one row after the other, nothing written. Prints the
 * milliseconds of the loop, the model being loaded before it.
 */
import { readTable } from '../../src/data/index.ts'
import { TabularExplainer } from '../../src/index.ts'
import { loadOnnx } from '../../src/models/onnx.ts'

const [model, training, input, categorical, numSamples] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const table = await readTable(training)
const rows = await readTable(input)
const names = categorical.split(',')
const explainer = new TabularExplainer(table.rows, {
  featureNames: table.columnNames,
  categoricalFeatures: names,
  randomState: 0,
})
const predictor = await loadOnnx(model, { threads: 1, worker: false })
const began = performance.now()
for (const row of rows.rows) {
  await explainer.explain(row, predictor, { numSamples: Number(numSamples), numFeatures: 10 })
}
console.log(performance.now() - began)
await predictor.close()
