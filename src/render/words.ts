/**
 * An explanation in words, for terminals, alternative texts and reports.
 *
 * 1. Prediction: what the model answers.
 * 2. Evidence: the features for and against, each with its weight and its share of Σ|weight|.
 * 3. Trust: how much of the model's behaviour the surrogate explains (R², and R² on held-out samples), what the
 *    intervals say about signs, how many samples stand behind it, and how many warnings there are.
 *
 * Names are kept apart from the words around them, so that each renderer can escape and isolate them in its own way.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'
import { type Bar, labelBars } from './bars.ts'
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatWeight,
  weightDecimals,
} from './number-text.ts'
import { outputText } from './prediction.ts'
import { visibleText } from './visible-text.ts'

/** A piece of a sentence: words of ours, or a name from the data. */
export type WordPart = string | { readonly name: string }

/** One or two sentences. */
export type Sentence = readonly WordPart[]

/** The three parts of an explanation in words. */
export interface Words {
  readonly prediction: Sentence
  readonly evidence: Sentence
  readonly trust: Sentence
}

/** What `explainInWords` accepts. */
export interface WordsOptions {
  /** Output column; default the first one explained. */
  readonly label?: number | undefined
  /** Features named in each direction; default 3. */
  readonly most?: number | undefined
}

/** The explanation of one label as one paragraph of plain text. Names are made visible (`visibleText`), not escaped for HTML. */
export function explainInWords(explanation: ExplanationData, options: WordsOptions = {}): string {
  const label =
    explanation.labels.find((one) => one.label === options.label) ?? explanation.labels[0]
  if (label === undefined) return 'No label was explained.'
  const { prediction, evidence, trust } = labelWords(explanation, label, options.most)
  return [prediction, evidence, trust].map(plainSentence).join(' ')
}

/** The three parts for one label. */
export function labelWords(explanation: ExplanationData, label: LabelExplanation, most = 3): Words {
  return {
    prediction: predictionWords(explanation, label),
    evidence: evidenceWords(explanation, label, most),
    trust: [...fitWords(label), ' ', ...sampleWords(explanation, label)],
  }
}

/** What the model answers. */
export function predictionWords(explanation: ExplanationData, label: LabelExplanation): Sentence {
  const value = outputText(explanation, label.prediction)
  if (explanation.task === 'regression') {
    const target = explanation.classNames.length > 1 ? [' for ', { name: label.name }] : []
    const range = explanation.predictionRange
    const among =
      range === undefined
        ? '.'
        : `; around this instance its predictions run from ${formatNumber(range[0])} to ${formatNumber(range[1])}.`
    return [`The model predicts ${value}`, ...target, among]
  }
  const top = explanation.prediction.reduce(
    (best, p, i) => (p > explanation.prediction[best]! ? i : best),
    0,
  )
  return top === label.label
    ? ['The model predicts ', { name: label.name }, ` (${value}).`]
    : [`The model answers ${value} for `, { name: label.name }, '; it does not predict it.']
}

/** How much of the model's behaviour the surrogate explains, in plain words. */
export function fitWords({ score, heldOutScore, tree }: LabelExplanation): Sentence {
  const kind = tree === undefined ? 'surrogate' : 'surrogate tree'
  if (!Number.isFinite(score)) return [`How well the ${kind} fits is not known.`]
  const heldOut = heldOutScore === null ? '' : `; ${twoDecimals(heldOutScore)} on held-out samples`
  const numbers = `(R²\u00a0${twoDecimals(score)}${heldOut})`
  const trusted = heldOutScore === null ? score : Math.min(score, heldOutScore)
  const verdict =
    trusted >= 0.8
      ? 'a close fit'
      : trusted >= 0.5
        ? 'a fair fit; trust the strong weights, not the order of the weak ones'
        : trusted >= 0.2
          ? 'a rough sketch only, since the model does more than the weights show'
          : 'too little to rely on'
  return score <= 0
    ? [
        `The ${kind} explains nothing of the model's behaviour around this instance ${numbers}: too little to rely on.`,
      ]
    : [
        `The ${kind} explains ${formatPercent(score)} of the model's behaviour around this instance ${numbers}: ${verdict}.`,
      ]
}

/** The words of a sentence in a row, names made visible. */
export function plainSentence(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : visibleText(part.name))).join('')
}

function evidenceWords(
  explanation: ExplanationData,
  label: LabelExplanation,
  most: number,
): Sentence {
  const bars = labelBars(explanation, label).filter(({ weight }) => weight !== 0)
  if (bars.length === 0) {
    return [
      "No feature has any weight: around this instance the model's answer does not depend on them.",
    ]
  }
  const decimals = weightDecimals(bars.map(({ weight }) => weight))
  if (label.tree !== undefined) {
    return ['The surrogate tree turns on ', ...list(bars, most, decimals, 'importance'), '.']
  }
  const positive = bars.filter(({ weight }) => weight > 0)
  const negative = bars.filter(({ weight }) => weight < 0)
  const up = list(positive, most, decimals, 'weight')
  const down = list(negative, most, decimals, positive.length > 0 ? '' : 'weight')
  if (explanation.task === 'regression') {
    if (negative.length === 0) return ['It is raised by ', ...up, '; nothing lowers it.']
    if (positive.length === 0) return ['It is lowered by ', ...down, '; nothing raises it.']
    return ['It is raised by ', ...up, ', and lowered by ', ...down, '.']
  }
  const lead = ['Around this instance, ']
  const speak = (bars: readonly Bar[]): string => (bars.length === 1 ? ' speaks ' : ' speak ')
  if (negative.length === 0)
    return [...lead, ...up, `${speak(positive)}for it; nothing speaks against it.`]
  if (positive.length === 0)
    return [...lead, ...down, `${speak(negative)}against it; nothing speaks for it.`]
  return [...lead, ...up, `${speak(positive)}for it; `, ...down, `${speak(negative)}against it.`]
}

/** `a (+0.12, 31 % of the weight), b (+0.09, 23 %) and 4 more`. */
function list(bars: readonly Bar[], most: number, decimals: number, unit: string): WordPart[] {
  const named = bars.slice(0, bars.length === most + 1 ? most + 1 : most)
  const rest = bars.length - named.length
  const parts: WordPart[] = []
  named.forEach(({ name, weight, share }, i) => {
    if (i > 0) parts.push(rest === 0 && i === named.length - 1 ? ' and ' : ', ')
    const of = i === 0 && unit !== '' ? ` of the ${unit}` : ''
    const value = unit === 'importance' ? '' : `${formatWeight(weight, decimals)}, `
    parts.push({ name }, ` (${value}${formatPercent(share)}${of})`)
  })
  if (rest > 0) parts.push(` and ${formatCount(rest)} more`)
  return parts
}

function sampleWords(explanation: ExplanationData, label: LabelExplanation): Sentence {
  const { samples, effectiveSampleSize, warnings } = explanation.diagnostics
  const sentences = [
    `It rests on ${formatCount(samples)} ${samples === 1 ? 'sample' : 'samples'}, worth ${formatCount(effectiveSampleSize)} of equal weight.`,
  ]
  const measured = label.weights.filter(({ interval }) => interval !== undefined)
  if (measured.length > 0 && label.tree === undefined) {
    const unsure = measured.filter(({ interval }) => interval![0] <= 0 && interval![1] >= 0).length
    sentences.push(
      unsure === 0
        ? 'No 95\u00a0% interval reaches zero: the signs are certain as far as sampling goes.'
        : `${formatCount(unsure)} of ${formatCount(measured.length)} weights ${unsure === 1 ? 'has a' : 'have'} 95\u00a0% ${unsure === 1 ? 'interval' : 'intervals'} around zero: ${unsure === 1 ? 'its sign is' : 'their signs are'} uncertain.`,
    )
  }
  if (warnings.length > 0) {
    sentences.push(
      warnings.length === 1 ? 'There is 1 warning.' : `There are ${warnings.length} warnings.`,
    )
  }
  return [sentences.join(' ')]
}

function twoDecimals(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2).replace('-', '\u2212') : 'n/a'
}
