/**
 * The demonstrations of the studio: the models and data of the package's folder `demo`, with options under which each
 * shows what an explanation is good for.
 */
import type { Demo, Kind } from './protocol.ts'
import type { DataContent } from './read-data.ts'
import type { SiteData } from './site.ts'

/** A model of the folder `demo`. */
export interface DemoModel {
  readonly id: string
  readonly name: string
  readonly file: string
  readonly kinds: readonly Kind[]
  readonly classNames: readonly string[]
  /** Class names that the file itself does not hold. */
  readonly said?: true
}

/** A data set of the folder `demo`. */
export interface DemoData {
  readonly id: string
  readonly name: string
  readonly files: readonly string[]
  /** Pictures: the true label of each file. */
  readonly truths?: readonly string[]
  readonly target?: string
  readonly samplingRate?: number
  readonly channelNames?: readonly string[]
}

const DIGITS = ['4', '3', '7', '8']

/** The models. */
export const DEMO_MODELS: readonly DemoModel[] = [
  {
    id: 'demo-breast-cancer',
    name: 'Gradient-boosted trees on breast cancer data',
    file: 'breast-cancer.onnx',
    kinds: ['tabular'],
    classNames: ['benign', 'malignant'],
  },
  {
    id: 'demo-spam',
    name: 'A spam filter',
    file: 'spam.onnx',
    kinds: ['text'],
    classNames: ['ham', 'spam'],
  },
  {
    id: 'demo-digits',
    name: 'A network for handwritten digits',
    file: 'digits.onnx',
    kinds: ['image'],
    classNames: [...'0123456789'],
    said: true,
  },
  {
    id: 'demo-beats',
    name: 'A network for heartbeats',
    file: 'beats.onnx',
    kinds: ['series'],
    classNames: ['narrow', 'wide'],
    said: true,
  },
]

/** The data sets. */
export const DEMO_DATA: readonly DemoData[] = [
  {
    id: 'demo-tumours',
    name: '569 tumours',
    files: ['breast-cancer.csv'],
    target: 'diagnosis',
  },
  { id: 'demo-messages', name: 'Four messages', files: ['messages.txt'] },
  {
    id: 'demo-pictures',
    name: 'Four handwritten digits',
    files: DIGITS.map((digit) => `digit-${digit}.png`),
    truths: DIGITS,
  },
  {
    id: 'demo-heartbeats',
    name: '122 heartbeats',
    files: ['beats.tsv'],
    samplingRate: 120,
    channelNames: ['lead MLII'],
  },
]

/** The demonstrations, in the order of the page. */
export const DEMOS: readonly Demo[] = [
  {
    id: 'demo-table',
    title: 'A tumour',
    summary: 'Why do boosted trees call this one malignant?',
    setup: {
      kind: 'tabular',
      model: 'demo-breast-cancer',
      data: 'demo-tumours',
      row: 197,
      options: { numFeatures: 8, randomState: 42 },
    },
  },
  {
    id: 'demo-text',
    title: 'A message',
    summary: 'Which words make a spam filter suspicious?',
    setup: {
      kind: 'text',
      model: 'demo-spam',
      data: 'demo-messages',
      row: 0,
      options: { label: 'spam', randomState: 42 },
    },
  },
  {
    id: 'demo-image',
    title: 'A digit',
    summary: 'Which strokes make a network see a four?',
    setup: {
      kind: 'image',
      model: 'demo-digits',
      data: 'demo-pictures',
      row: 0,
      options: {
        numFeatures: 12,
        topLabels: 2,
        segmentation: 'grid',
        segments: 49,
        hide: '0',
        randomState: 42,
      },
    },
  },
  {
    id: 'demo-series',
    title: 'A heartbeat',
    summary: 'Which part of the beat tells wide from narrow?',
    setup: {
      kind: 'series',
      model: 'demo-beats',
      data: 'demo-heartbeats',
      row: 4,
      options: { numSegments: 10, replacement: 'zero', randomState: 42 },
    },
  },
]

/** Data with what its file does not hold: the target of a table, the names and rate of a series. */
export function withDataDetails(
  data: Pick<SiteData, 'target' | 'samplingRate' | 'channelNames'>,
  content: DataContent,
): DataContent {
  const { target, samplingRate, channelNames } = data
  if (content.kind === 'tabular' && target !== undefined) return { ...content, target }
  if (content.kind !== 'series') return content
  return {
    ...content,
    series: {
      ...content.series,
      ...(samplingRate !== undefined && { samplingRate }),
      ...(channelNames !== undefined && { channelNames }),
    },
  }
}
