/**
 * One explanation with 100,000 samples of 50 features; prints the peak of resident memory in MB. Run by `bench tabular`.
 */
import { RandomState, TabularExplainer } from '../../src/index.ts'

const d = 50
const random = new RandomState(1)
const data = new Float64Array(1000 * d)
random.standardNormalInto(data)
const explainer = new TabularExplainer(
  { data, rows: 1000, cols: d },
  { randomState: 1, discretizeContinuous: process.argv[2] === 'bins' },
)
const model = (rows: readonly Float64Array[]) =>
  rows.map((row) => {
    const p = 1 / (1 + Math.exp(-row[0]! - row[1]! * row[2]!))
    return [1 - p, p]
  })
await explainer.explain<Float64Array>(data.slice(0, d), model, {
  numSamples: 100_000,
  sampling: 'lime',
})
console.log(process.resourceUsage().maxRSS / 1024)
