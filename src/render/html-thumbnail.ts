/**
 * An instance on a card of a gallery, as small as it can be told by: a picture with its strongest segments, the words
 * around the strongest one, a series as one line over its bands. Tables have nothing but their features, which the card
 * lists anyway.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { pictureHref } from './html-image.ts'
import { weightedSegments } from './image-marks.ts'
import { isolated, lines, type Markup, markup } from './markup.ts'
import { tintStep } from './palette.ts'
import { outlinePath, segmentMap } from './segment-outline.ts'
import { channelSegments, round, signalPath, valueRange } from './series-drawing.ts'
import { type MarkedRun, markedRuns } from './text-runs.ts'

/** Longer side of the map from which outlines are drawn, in pixels. */
const MAP_SIDE = 96
const STRONGEST = 4
const TEXT_BEFORE = 60
const TEXT_AFTER = 160

/** The drawing of an instance for a card, pictures only up to `pictureRoom` characters of their data URL. */
export function thumbnail(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  pictureRoom: number,
): Markup | undefined {
  const { instance } = explanation
  return instance.kind === 'composite'
    ? markup`${instance.parts.slice(0, 4).map(({ name, instance: part }, of) => {
        const drawn = one(explanation, label, part, of, pictureRoom / instance.parts.length)
        return drawn !== undefined && markup`<p class="small muted">${isolated(name)}</p>${drawn}`
      })}`
    : one(explanation, label, instance, undefined, pictureRoom)
}

function one(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  instance: InstanceData,
  of: number | undefined,
  pictureRoom: number,
): Markup | undefined {
  switch (instance.kind) {
    case 'image':
      return pictureThumbnail(explanation, label, instance, of, pictureRoom)
    case 'text':
      return textThumbnail(explanation, label, instance, of)
    case 'series':
      return seriesThumbnail(explanation, label, instance, of)
    default:
      return undefined
  }
}

function pictureThumbnail(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  instance: Extract<InstanceData, { kind: 'image' }>,
  of: number | undefined,
  room: number,
): Markup | undefined {
  if (instance.width < 1 || instance.height < 1) return undefined
  const href = (instance.picture?.length ?? 0) <= room ? pictureHref(instance.picture) : undefined
  const { runs, width, height } = reducedMap(instance)
  const map = segmentMap(runs, width, height)
  const { weighted, largest } = weightedSegments(explanation, label, of)
  const shapes = weighted.slice(0, STRONGEST).map(({ part, weight }) => {
    const outline = outlinePath(map, part.segment)
    const kind = weight < 0 ? 'against' : 'for'
    return markup`${href !== undefined && markup`<path class="halo shape" d="${outline}"/>`}<path class="segment strong shape ${kind} t${tintStep(weight, largest)}" fill-rule="evenodd" d="${outline}"/>`
  })
  return markup`<div class="image"><svg class="picture${instance.width < 160 && ' pixel'}" viewBox="0 0 ${width} ${height}" aria-hidden="true">${href !== undefined && markup`<image href="${href}" width="${width}" height="${height}" preserveAspectRatio="none"/>`}${shapes}</svg></div>`
}

/** The label map with at most `MAP_SIDE` pixels along its longer side: each takes the label in the middle of its place. */
function reducedMap({ segments, width, height }: Extract<InstanceData, { kind: 'image' }>): {
  readonly runs: number[]
  readonly width: number
  readonly height: number
} {
  const scale = Math.min(1, MAP_SIDE / Math.max(width, height))
  const columns = Math.max(1, Math.round(width * scale))
  const rows = Math.max(1, Math.round(height * scale))
  const runs: number[] = []
  let run = 0
  let end = segments[1] ?? 0
  for (let y = 0; y < rows; y++) {
    const line = Math.floor(((y + 0.5) * height) / rows) * width
    for (let x = 0; x < columns; x++) {
      const at = line + Math.floor(((x + 0.5) * width) / columns)
      while (at >= end && run + 3 < segments.length) {
        run += 2
        end += Math.max(0, segments[run + 1]!)
      }
      const found = at < end ? segments[run]! : -1
      if (runs.length > 0 && runs[runs.length - 2] === found) runs[runs.length - 1]!++
      else runs.push(found, 1)
    }
  }
  return { runs, width: columns, height: rows }
}

/** Some two hundred characters around the strongest word of the first field that has one. */
function textThumbnail(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  instance: Extract<InstanceData, { kind: 'text' }>,
  of: number | undefined,
): Markup | undefined {
  const largest = label?.weights.reduce(
    (most, { weight }) => Math.max(most, Math.abs(weight) || 0),
    0,
  )
  let best: { runs: readonly MarkedRun[]; at: number; weight: number } | undefined
  instance.fields.forEach(({ text }, field) => {
    const runs = markedRuns(explanation, label, text, field, { of })
    let at = 0
    for (const run of runs) {
      if (best === undefined || Math.abs(run.weight) > Math.abs(best.weight)) {
        best = { runs, at, weight: run.weight }
      }
      at += run.text.length
    }
  })
  if (best === undefined) return undefined
  const from = Math.max(0, best.at - TEXT_BEFORE)
  const to = best.at + TEXT_AFTER
  const pieces: Markup[] = []
  let at = 0
  for (const { text, weight } of best.runs) {
    const start = Math.max(from, at)
    const end = Math.min(to, at + text.length)
    if (start < end) {
      const piece = lines(text.slice(start - at, end - at))
      const step = tintStep(weight, largest ?? 0)
      pieces.push(
        step === 0
          ? piece
          : markup`<mark class="${weight < 0 ? 'against' : 'for'} t${step}">${piece}</mark>`,
      )
    }
    at += text.length
    if (at >= to) break
  }
  return markup`<p class="excerpt" dir="auto">${from > 0 && '\u2026'}${pieces}${at >= to && '\u2026'}</p>`
}

const COLUMNS = 300
const HEIGHT = 60

function seriesThumbnail(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  instance: Extract<InstanceData, { kind: 'series' }>,
  of: number | undefined,
): Markup | undefined {
  const largest = label?.weights.reduce(
    (most, { weight }) => Math.max(most, Math.abs(weight) || 0),
    0,
  )
  const channels = instance.values.slice(0, 3).flatMap((values, channel) => {
    if (values.length === 0) return []
    const x = (step: number): number => round((COLUMNS * step) / values.length)
    const bands = channelSegments(explanation, label, channel, of)
      .slice(0, STRONGEST)
      .map(({ start, end, weight }) => {
        const kind = weight < 0 ? 'against' : 'for'
        return markup`<rect class="band ${kind} t${tintStep(weight, largest ?? 0)}" x="${x(start)}" y="0" width="${round(x(end) - x(start))}" height="${HEIGHT}"/><path class="edge ${kind}" d="M${x(start)} 1.5H${x(end)}"/>`
      })
    const frame = { width: COLUMNS, height: HEIGHT, margin: 5, ...valueRange(values) }
    return markup`<svg class="spark" viewBox="0 0 ${COLUMNS} ${HEIGHT}" height="${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${bands}<path class="signal" d="${signalPath(thinned(values), frame)}"/></svg>`
  })
  return channels.length === 0 ? undefined : markup`${channels}`
}

/** At most a value for each column, so that a card stays small. */
function thinned(values: readonly number[]): readonly number[] {
  if (values.length <= COLUMNS) return values
  return Array.from(
    { length: COLUMNS },
    (_, i) => values[Math.floor(((i + 0.5) * values.length) / COLUMNS)]!,
  )
}
