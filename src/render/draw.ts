/**
 * The drawings of reports one by one, as HTML text, for pages of one's own: pure functions of an explanation.
 *
 * `drawingStyles` is their style sheet. Elements of a feature have `data-feature="3"`, rows of the prediction
 * `data-label`, rows of a table's values `data-column`; with `switchedOff` each feature is a button with `aria-pressed`.
 * Nothing in them runs, and no name in them acts.
 */
import type { ExplanationData } from '../contract/index.ts'
import { chosenLabel, type DrawOptions, featureMarks } from './draw-options.ts'
import { rowsFor, sentence, trustFacts } from './html-explanation.ts'
import { instanceDefinitions, instanceFigures } from './html-instance.ts'
import { predictionFigure } from './html-prediction.ts'
import { weightsFigure } from './html-weights.ts'
import { markup } from './markup.ts'
import { labelWords } from './words.ts'

/** What the model answers: bars for classes, a place in the range for regression. */
export function drawPrediction(explanation: ExplanationData, most = 10): string {
  return predictionFigure(explanation, most).markup
}

/** The weights of one label as a table of bars, with intervals, ties and shares. */
export function drawWeights(explanation: ExplanationData, options: DrawOptions = {}): string {
  const label = chosenLabel(explanation, options.label)
  if (label === undefined) return markup`<p>No label was explained.</p>`.markup
  const most = rowsFor(explanation, options.maxFeatures)
  return weightsFigure(explanation, label, most, featureMarks(options.switchedOff)).markup
}

/** The instance as its kind deserves, with the weights of one label in it. */
export function drawInstance(explanation: ExplanationData, options: DrawOptions = {}): string {
  const { id = 'x', switchedOff } = options
  const marks = featureMarks(switchedOff)
  const label = chosenLabel(explanation, options.label)
  const definitions = instanceDefinitions(explanation, id, marks.every)
  const figures = instanceFigures(explanation, label, definitions, `${id}l`, {
    marks,
    tables: true,
  })
  return markup`<div class="drawing" data-linked>${definitions.definition}${figures}</div>`.markup
}

/** Prediction, evidence and trust in words: three paragraphs. */
export function drawWords(explanation: ExplanationData, options: DrawOptions = {}): string {
  const label = chosenLabel(explanation, options.label)
  if (label === undefined) return markup`<p>No label was explained.</p>`.markup
  const { prediction, evidence, trust } = labelWords(explanation, label)
  return markup`<p>${sentence(prediction)}</p><p>${sentence(evidence)}</p><p>${sentence(trust)}</p>`
    .markup
}

/** How far to trust it: the fit of each label in plain words, samples, model calls, time. */
export function drawTrust(explanation: ExplanationData): string {
  return markup`<div class="drawing">${trustFacts(explanation)}</div>`.markup
}
