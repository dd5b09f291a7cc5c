/**
 * What all drawings in HTML accept, and how they mark what belongs to a feature.
 *
 * Whatever stands for a feature (a row, a word, a segment) has `data-feature` with the feature's id, so that a page can
 * link them and listen to clicks. Where features can be switched (`switchedOff` is given), each is a button with
 * `aria-pressed` that says whether it is on, features without weight included.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'
import { type Markup, markup } from './markup.ts'

/** How one drawing is made. */
export interface DrawOptions {
  /** Output column; default the first one explained. */
  readonly label?: number | undefined
  /** Begins every id in the drawing; two drawings on a page need two. Letters, digits and hyphens; default `x`. */
  readonly id?: string | undefined
  /** Most weights shown in a list; default 50, for a picture 15. */
  readonly maxFeatures?: number | undefined
  /** The features that are switched off now. Given, even empty, each feature becomes a switch. */
  readonly switchedOff?: readonly number[] | undefined
}

/** The label that is asked for, or the first one; undefined where none was explained. */
export function chosenLabel(
  { labels }: ExplanationData,
  label: number | undefined,
): LabelExplanation | undefined {
  return labels.find((one) => one.label === label) ?? labels[0]
}

/** What marks the elements of features. */
export interface FeatureMarks {
  /** Whether features without weight are marked too. */
  readonly every: boolean
  /** The class of features that are off, else nothing. */
  readonly offClass: (feature: number) => string
  /** The attributes of one element; `focus` = it takes part in tabbing. */
  readonly attributes: (feature: number, focus: boolean) => Markup
}

/** Marks for features that are only shown, or, with `switchedOff`, switched. */
export function featureMarks(switchedOff: readonly number[] | undefined): FeatureMarks {
  const off = new Set(switchedOff)
  const every = switchedOff !== undefined
  return {
    every,
    offClass: (feature) => (off.has(feature) ? ' off' : ''),
    attributes: (feature, focus) => {
      if (!every) return markup` data-feature="${feature}"${focus && markup` tabindex="0"`}`
      return markup` data-feature="${feature}" role="button" aria-pressed="${off.has(feature) ? 'false' : 'true'}"${focus && markup` tabindex="0"`}`
    },
  }
}
