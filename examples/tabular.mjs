// Explains rows of a table: a model file, its training data, and the five rows that show what matters.
//   npm run build && node examples/tabular.mjs
import { fileURLToPath } from 'node:url'
import { submodularPick, TabularExplainer } from 'sodalime'
import { readTable, takeTarget } from 'sodalime/data'
import { loadOnnx } from 'sodalime/models/onnx'
import { explainInWords, renderTerminal } from 'sodalime/render'

const demo = fileURLToPath(new URL('../demo/', import.meta.url))
const { features, target } = takeTarget(await readTable(`${demo}breast-cancer.csv`), 'diagnosis')
const model = await loadOnnx(`${demo}breast-cancer.onnx`, { columns: features.columnNames })

const explainer = new TabularExplainer(features.rows, {
  featureNames: features.columnNames,
  randomState: 42,
})

const explanation = await explainer.explain(features.rows[197], model, { numFeatures: 5 })
console.log(`Row 197, in truth ${target[197]}\n`)
console.log(renderTerminal(explanation))
console.log(`\nIn words: ${explainInWords(explanation)}\n`)

const explanations = []
for (let row = 0; row < 60; row += 2) {
  explanations.push(await explainer.explain(features.rows[row], model, { numFeatures: 5 }))
}
const { picked, coverage } = submodularPick(explanations, 5)
console.log(
  `Rows ${picked.map((i) => 2 * i).join(', ')} cover ${Math.round(100 * coverage)} % of what matters in 30 rows.`,
)
await model.close()
