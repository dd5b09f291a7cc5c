/**
 * Reports of every kind over the models and data that come with the package, made as a user would make them: what the
 * tests in Chromium open, and what the pictures in `docs/gallery/` show.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ExplanationData } from '../src/contract/index.ts'
import {
  readImage,
  readSeries,
  readTable,
  rowAt,
  shrinkPicture,
  takeTarget,
} from '../src/data/index.ts'
import {
  CompositeExplainer,
  type Explanation,
  ImageExplainer,
  RandomState,
  SeriesExplainer,
  submodularPick,
  TabularExplainer,
  TextExplainer,
} from '../src/index.ts'
import { loadOnnx } from '../src/models/onnx.ts'
import {
  type ReportEntry,
  renderGallery,
  renderHtml,
  renderPick,
  renderSideBySide,
} from '../src/render/index.ts'
import { fitSoftmax } from '../src/train/softmax-regression.ts'

/** The kinds of report, by name. */
export type ReportPages = { readonly [kind: string]: string }

const ROW = 197

/** All reports as HTML. */
export async function reportPages(): Promise<ReportPages> {
  const table = await tableReports()
  const digits = await digitReports()
  return {
    tabular: table.report,
    text: renderHtml(await message()),
    image: renderHtml(digits[0]!.explanation),
    series: renderHtml(await beat()),
    composite: renderHtml(await offer()),
    'side-by-side-models': table.models,
    'side-by-side-labels': renderSideBySide(
      digits[0]!.explanation.labels.slice(0, 2).map(({ label, name }) => ({
        name: `digit ${name}`,
        explanation: digits[0]!.explanation,
        label,
      })),
    ),
    gallery: renderGallery(table.entries, { title: 'Thirty tumours' }),
    'gallery-images': renderGallery(await shrunk(digits), { title: 'Four digits' }),
    pick: table.pick,
  }
}

/** Rows of the breast cancer data: a report, two models on one row, a gallery, a pick. */
async function tableReports() {
  const data = await readTable(packaged('breast-cancer.csv'))
  const { features, target } = takeTarget(data, data.columnNames.at(-1)!)
  const explainer = new TabularExplainer(features.rows, {
    featureNames: features.columnNames,
    randomState: 42,
  })
  const trees = await loadOnnx(packaged('breast-cancer.onnx'))
  const softmax = logistic(features.rows as number[][], target as string[], [...trees.classNames!])
  try {
    const row = rowAt(features, ROW, 'row')
    const options = { numFeatures: 8 }
    const both = await explainer.explain(row, trees, { ...options, topLabels: 2 })
    const other = await explainer.explain(row, softmax, { ...options, labels: ['malignant'] })
    const entries: ReportEntry[] = []
    const rows: Explanation[] = []
    for (let i = 180; i < 210; i++) {
      const one = await explainer.explain(rowAt(features, i, 'row'), trees, {
        numFeatures: 6,
        numSamples: 1000,
      })
      rows.push(one)
      entries.push({ name: `row ${i}`, explanation: one, truth: String(target[i]) })
    }
    return {
      report: renderHtml(both),
      models: renderSideBySide(
        [
          { name: 'gradient-boosted trees', explanation: both, label: other.labels[0]!.label },
          { name: 'logistic regression', explanation: other },
        ],
        { title: 'Why malignant? Two models' },
      ),
      entries,
      pick: renderPick(entries, submodularPick(rows, 3)),
    }
  } finally {
    await trees.close()
  }
}

/** A logistic regression, fitted here, as a plain function. */
function logistic(rows: readonly number[][], target: readonly string[], classNames: string[]) {
  const d = rows[0]!.length
  const X = { data: Float64Array.from(rows.flat()), rows: rows.length, cols: d }
  const y = target.map((name) => classNames.indexOf(name))
  const { weights, bias } = fitSoftmax(X, y, 2, { l2: 0.05 })
  return {
    classNames,
    predict: (batch: readonly (readonly number[])[]) =>
      batch.map((row) => {
        const z = [0, 1].map((c) =>
          row.reduce((sum, x, j) => sum + x * weights[j * 2 + c]!, bias[c]!),
        )
        const p = 1 / (1 + Math.exp(z[0]! - z[1]!))
        return [1 - p, p]
      }),
  }
}

async function message(): Promise<Explanation> {
  const model = await loadOnnx(packaged('spam.onnx'))
  try {
    const text = readFileSync(packaged('messages.txt'), 'utf8').split('\n')[0]!
    return await new TextExplainer({ randomState: 42 }).explain(text, model, { topLabels: 2 })
  } finally {
    await model.close()
  }
}

async function digitReports(): Promise<ReportEntry[]> {
  const model = await loadOnnx(packaged('digits.onnx'))
  const explainer = new ImageExplainer({
    segmentation: { algorithm: 'grid', rows: 7, columns: 7 },
    hide: 0,
    randomState: 42,
  })
  try {
    const entries: ReportEntry[] = []
    for (const digit of [4, 3, 7, 8]) {
      const explanation = await explainer.explain(
        await readImage(packaged(`digit-${digit}.png`)),
        model,
        { topLabels: 2, numFeatures: 14, numSamples: 1000, keepPicture: true },
      )
      entries.push({ name: `digit-${digit}.png`, explanation, truth: String(digit) })
    }
    return entries
  } finally {
    await model.close()
  }
}

async function shrunk(entries: readonly ReportEntry[]): Promise<ReportEntry[]> {
  return Promise.all(
    entries.map(async (entry) => {
      const { instance } = entry.explanation
      if (instance.kind !== 'image') return entry
      const picture = await shrinkPicture(instance.picture!)
      const explanation: ExplanationData = {
        ...entry.explanation,
        instance: { ...instance, picture },
      }
      return { ...entry, explanation }
    }),
  )
}

async function beat(): Promise<Explanation> {
  const { instances } = await readSeries(packaged('beats.tsv'))
  const model = await loadOnnx(packaged('beats.onnx'), { classNames: ['narrow', 'wide'] })
  try {
    const explainer = new SeriesExplainer({
      channelNames: ['lead MLII'],
      samplingRate: 120,
      numSegments: 10,
      replacement: 'zero',
      randomState: 42,
    })
    return await explainer.explain(instances[4]!, model, { topLabels: 2 })
  } finally {
    await model.close()
  }
}

/** An offer of two parts, a title and a row of numbers, and a rule that says whether it sells. */
async function offer(): Promise<Explanation> {
  const random = new RandomState(1)
  const offers = Array.from({ length: 200 }, () => [
    Math.round(random.uniform(20, 400)),
    Math.round(random.uniform(0, 30)),
  ])
  const explainer = new CompositeExplainer(
    {
      title: new TextExplainer(),
      facts: new TabularExplainer(offers, { featureNames: ['price', 'distance'] }),
    },
    { classNames: ['stays', 'sells'], randomState: 42 },
  )
  const model = (batch: readonly unknown[]) =>
    (batch as { title: string; facts: [number, number] }[]).map(({ title, facts }) => {
      const z = 1.5 - facts[0] / 100 - facts[1] / 10 + (/\bnew\b/i.test(title) ? 2 : 0)
      const p = 1 / (1 + Math.exp(-z))
      return [1 - p, p]
    })
  const instance = { title: 'New bicycle, hardly used', facts: [120, 4] }
  return explainer.explain(instance, model as never, { labels: ['sells'] })
}

function packaged(name: string): string {
  return fileURLToPath(new URL(`../demo/${name}`, import.meta.url))
}
