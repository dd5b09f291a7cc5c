/**
 * The demonstration for tables: gradient-boosted trees on scikit-learn's breast cancer data, trained and exported by
 * `tools/make-demo-model.py`.
 */
import { fileURLToPath } from 'node:url'
import { readTable } from '../data/read-table.ts'
import { rowAt, takeTarget } from '../data/table.ts'
import { loadOnnx } from '../models/onnx.ts'
import { TabularExplainer } from '../tabular/tabular-explainer.ts'
import type { CommandContext } from './context.ts'
import { deliver } from './deliver.ts'

/** The flags of all demonstrations. */
export interface DemoFlags {
  readonly row?: number
  readonly html: string
  readonly color?: boolean
}

// A tumour about which the model is not sure, with values that speak for and against.
const INTERESTING_ROW = 197

/** Explains one row of the packaged data. */
export async function tabularDemo(flags: DemoFlags, context: CommandContext): Promise<void> {
  const table = await readTable(packaged('breast-cancer.csv'))
  const targetName = table.columnNames.at(-1)!
  const { features, target } = takeTarget(table, targetName)
  const index = flags.row ?? INTERESTING_ROW
  const row = rowAt(features, index, '--row')
  const model = await loadOnnx(packaged('breast-cancer.onnx'))
  try {
    const explainer = new TabularExplainer(features.rows, {
      featureNames: features.columnNames,
      randomState: 42,
    })
    const explanation = await explainer.explain(row, model, {
      numFeatures: 5,
      signal: context.signal,
    })
    const head = `Gradient-boosted trees on the breast cancer data of scikit-learn\nRow ${index}; ${targetName} in the data: ${String(target[index])}`
    await deliver(explanation, flags, context, head)
  } finally {
    await model.close()
  }
}

/** A file of the package's folder `demo`. */
function packaged(name: string): string {
  return fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
}
