/**
 * Where explanations disagree: two models, two labels, two settings, two instances.
 *
 * 1. Features are the same where they cover the same: the same columns, word, segment, or steps of the same channels.
 * 2. A row for each feature with weight in any of them, by falling difference between the largest and the smallest weight
 *    (0 where a feature has none). Of two that have it: opposite signs, or intervals that do not meet.
 * 3. Similarity of two: the cosine of their weights, −1 to 1. Where the features are not the same (pictures cut in
 *    another way, sentences beside words), the weights are spread over the pixels, steps or characters that they cover,
 *    and the cosine is taken there.
 */
import type {
  ExplanationData,
  FeatureWeight,
  InstanceData,
  LabelExplanation,
} from '../contract/index.ts'

/** One side of a comparison. */
export interface Side {
  readonly explanation: ExplanationData
  readonly label: LabelExplanation
}

/** How the weights of one feature differ. */
export type Difference =
  /** In all of them, with one sign. */
  | 'same'
  /** For in one, against in another. */
  | 'opposite'
  /** One sign, but the 95 % intervals do not meet. */
  | 'apart'
  /** Without weight in some. */
  | 'some'

/** One feature in all explanations. */
export interface ComparedFeature {
  readonly name: string
  /** Its weight in each; undefined where it has none. */
  readonly weights: readonly (FeatureWeight | undefined)[]
  /** The largest less the smallest weight. */
  readonly spread: number
  readonly difference: Difference
}

/** All features with weight in any of them, by falling spread. */
export function comparedFeatures(sides: readonly Side[]): ComparedFeature[] {
  const rows = new Map<string, { name: string; weights: (FeatureWeight | undefined)[] }>()
  const grids = sides.map(({ explanation }) => explanation.instance)
  sides.forEach(({ explanation, label }, i) => {
    const grid = grids.findIndex((other) => sameSegments(other, grids[i]!))
    const seen = new Map<string, number>()
    for (const weight of label.weights) {
      if (weight.weight === 0 || !Number.isFinite(weight.weight)) continue
      const base = featureKey(explanation, weight.feature)
      // Words that occur several times as features of their own are told apart by their order.
      const nth = (seen.get(base) ?? 0) + 1
      seen.set(base, nth)
      const key = `${grid} ${base} ${nth}`
      const row = rows.get(key) ?? {
        name: explanation.features[weight.feature]?.name ?? `feature ${weight.feature}`,
        weights: sides.map(() => undefined),
      }
      row.weights[i] = weight
      rows.set(key, row)
    }
  })
  return Array.from(rows.values(), ({ name, weights }) => {
    const values = weights.map((one) => one?.weight ?? 0)
    const spread = Math.max(...values) - Math.min(...values)
    return { name, weights, spread, difference: differenceOf(weights) }
  }).sort((a, b) => b.spread - a.spread)
}

/** Cosine of the weights of two explanations, −1 to 1; null where nothing can be compared. */
export function similarity(a: Side, b: Side): number | null {
  const rows = comparedFeatures([a, b])
  if (rows.some(({ weights }) => weights[0] !== undefined && weights[1] !== undefined)) {
    return cosine(
      rows.map(({ weights }) => weights[0]?.weight ?? 0),
      rows.map(({ weights }) => weights[1]?.weight ?? 0),
    )
  }
  const one = density(a)
  const other = density(b)
  if (one === undefined || other === undefined || one.length !== other.length) return null
  return cosine(one, other)
}

/** How many of the `k` strongest features of two explanations are the same. */
export function sharedTop(a: Side, b: Side, k: number): number {
  const top = ({ explanation, label }: Side): Set<string> =>
    new Set(label.weights.slice(0, k).map(({ feature }) => featureKey(explanation, feature)))
  const other = top(b)
  return [...top(a)].filter((key) => other.has(key)).length
}

function differenceOf(weights: readonly (FeatureWeight | undefined)[]): Difference {
  const known = weights.filter((one) => one !== undefined)
  const positive = known.some(({ weight }) => weight > 0)
  const negative = known.some(({ weight }) => weight < 0)
  if (positive && negative) return 'opposite'
  if (known.length < weights.length) return 'some'
  const intervals = known.map(({ interval }) => interval).filter((one) => one !== undefined)
  if (intervals.length < known.length) return 'same'
  const low = Math.max(...intervals.map(([from]) => from))
  const high = Math.min(...intervals.map(([, to]) => to))
  return low > high ? 'apart' : 'same'
}

/** False for two pictures that are cut in different ways: their segments have nothing but numbers in common. */
function sameSegments(a: InstanceData, b: InstanceData): boolean {
  if (a === b || a.kind !== 'image' || b.kind !== 'image') return true
  return a.segments.length === b.segments.length && a.segments.every((n, i) => n === b.segments[i])
}

/** What a feature covers, as text: equal for features that cover the same. */
function featureKey({ features }: ExplanationData, id: number): string {
  const feature = features[id]
  if (feature === undefined) return `feature ${id}`
  const { part, name, of } = feature
  const where = `${of ?? ''}/${part.kind}/`
  switch (part.kind) {
    case 'tabular':
      return `${where}${part.columns.join()}`
    case 'image':
      return `${where}${part.segment}/${part.area}`
    case 'series':
      return `${where}${part.start}-${part.end}/${part.channels.join()}`
    case 'text':
      return `${where}${part.field}/${name}`
  }
}

/** The weights spread over what they cover: pixels, steps of all channels, characters. Undefined for tables. */
function density({ explanation, label }: Side): Float64Array | undefined {
  const { instance, features } = explanation
  const out = emptyDensity(instance)
  if (out === undefined) return undefined
  if (instance.kind === 'image') {
    const each = new Map<number, number>()
    for (const { feature, weight } of label.weights) {
      const part = features[feature]?.part
      if (part?.kind === 'image' && part.area > 0) each.set(part.segment, weight / part.area)
    }
    for (let i = 0, at = 0; i + 1 < instance.segments.length; i += 2) {
      const length = Math.max(0, instance.segments[i + 1]!)
      out.fill(each.get(instance.segments[i]!) ?? 0, at, at + length)
      at += length
    }
    return out
  }
  for (const { feature, weight } of label.weights) {
    const part = features[feature]?.part
    if (part?.kind === 'series' && instance.kind === 'series') {
      const steps = instance.values[0]?.length ?? 0
      const each = weight / Math.max(1, (part.end - part.start) * part.channels.length)
      for (const channel of part.channels) {
        for (let t = part.start; t < part.end; t++) out[channel * steps + t]! += each
      }
    } else if (part?.kind === 'text' && instance.kind === 'text') {
      const before = instance.fields.slice(0, part.field)
      const offset = before.reduce((sum, { text }) => sum + text.length, 0)
      const length = part.spans.reduce((sum, { start, end }) => sum + end - start, 0)
      for (const { start, end } of part.spans) {
        for (let i = start; i < end; i++) out[offset + i]! += weight / Math.max(1, length)
      }
    }
  }
  return out
}

function emptyDensity(instance: InstanceData): Float64Array | undefined {
  switch (instance.kind) {
    case 'image':
      return new Float64Array(instance.width * instance.height)
    case 'series':
      return new Float64Array(instance.values.length * (instance.values[0]?.length ?? 0))
    case 'text':
      return new Float64Array(instance.fields.reduce((sum, { text }) => sum + text.length, 0))
    default:
      return undefined
  }
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  let dot = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    aa += a[i]! * a[i]!
    bb += b[i]! * b[i]!
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : null
}
