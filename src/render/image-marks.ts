/**
 * What all drawings of a picture's explanation share: which segments are marked, how strongly, and where their signs
 * stand.
 */
import type { ExplanationData, FeaturePart, LabelExplanation } from '../contract/index.ts'
import { weightDecimals } from './number-text.ts'
import { innermost, type SegmentMap } from './segment-outline.ts'

/** A segment with a weight. */
export interface WeightedSegment {
  /** Id of the feature. */
  readonly feature: number
  readonly name: string
  readonly part: Extract<FeaturePart, { kind: 'image' }>
  readonly weight: number
}

/** The segments of one label that have a weight, by falling |weight|; `of` = which part of a composite instance. */
export function weightedSegments(
  { features }: ExplanationData,
  label: LabelExplanation | undefined,
  of?: number,
): { weighted: WeightedSegment[]; decimals: number; largest: number } {
  const weighted: WeightedSegment[] = []
  for (const { feature, weight } of label?.weights ?? []) {
    const known = features[feature]
    if (weight === 0 || known?.part.kind !== 'image' || known.of !== of) continue
    weighted.push({ feature, name: known.name, part: known.part, weight })
  }
  const decimals = weightDecimals(weighted.map(({ weight }) => weight))
  const largest = weighted.reduce((most, { weight }) => Math.max(most, Math.abs(weight) || 0), 0)
  return { weighted, decimals, largest }
}

/** Where a segment's sign stands and how large it is, in pixels; undefined where it would not fit. */
export function signPlace(
  map: SegmentMap,
  segment: number,
):
  | {
      readonly x: number
      readonly y: number
      readonly size: number
      readonly stroke: number
    }
  | undefined {
  const place = innermost(map, segment)
  const side = Math.max(map.width, map.height)
  if (place === undefined || place.distance < side * 0.015) return undefined
  const em = Math.min(side * 0.07, Math.max(side * 0.035, place.distance * 1.2))
  const { x, y } = place
  return { x, y, size: Math.round(em * 100) / 100, stroke: Math.round(em * 16) / 100 }
}
