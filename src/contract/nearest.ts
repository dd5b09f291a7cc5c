/**
 * Names that a person meant: unknown options and values are refused with the nearest name that exists.
 *
 * Distance between names is Damerau–Levenshtein in its restricted form (optimal string alignment): insertions,
 * deletions, substitutions, and exchanges of two neighbours cost one each. Case, `-`, `_` and spaces do not count,
 * so that Python's `num_features` finds `numFeatures`.
 */
import { OptionError } from './errors.ts'

/**
 * The candidate nearest to `name`, the earlier of equally near ones; `undefined` where none is near: more than
 * a third of the longer name (at least two edits) would have to change.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(name)
  let nearest: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const known = plain(candidate)
    const edits = editDistance(wanted, known)
    const longest = Math.max(wanted.length, known.length)
    if (edits < least && edits <= Math.max(2, longest / 3) && edits < longest) {
      nearest = candidate
      least = edits
    }
  }
  return nearest
}

/** `Did you mean numFeatures?`, or, where nothing is near, the remedy that is handed in. */
export function didYouMean(
  name: string,
  candidates: readonly string[],
  otherwise = 'See the documentation for what it can be.',
): string {
  const nearest = nearestName(name, candidates)
  return nearest === undefined ? otherwise : `Did you mean ${nearest}?`
}

/**
 * Throws an OptionError for the first own property of `options` that is not among `allowed`, naming the nearest one.
 * An unknown name is an error even where its value is `undefined`. `where` is the call, such as
 * `TabularExplainer.explain, options`.
 */
export function checkOptions(
  where: string,
  options: object | undefined,
  allowed: readonly string[],
): void {
  if (options === undefined) return
  for (const name of Object.keys(options)) {
    if (allowed.includes(name)) continue
    throw new OptionError({
      where: `${where}.${name}`,
      got: 'an unknown option',
      expected: allowed.length === 0 ? 'no options' : `one of ${allowed.join(', ')}`,
      remedy: didYouMean(name, allowed, `Leave ${name} out.`),
    })
  }
}

/**
 * Throws an OptionError unless `value` is one of `allowed`, naming the nearest one; narrows its type otherwise.
 * `where` is the call and the option, such as `TabularExplainer, options.discretizer`.
 */
export function checkChoice<Name extends string>(
  where: string,
  value: unknown,
  allowed: readonly Name[],
): asserts value is Name {
  if (allowed.includes(value as Name)) return
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value)
  throw new OptionError({
    where,
    got,
    expected: `one of ${allowed.join(', ')}`,
    remedy: didYouMean(String(value), allowed, 'Take one of these, or leave it out.'),
  })
}

/** The name without case and word marks. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '')
}

/** Edits that turn `a` into `b`; three rows of the table are held at a time. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let edits = Math.min(substituted, last[j]! + 1, row[j - 1]! + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, beforeLast[j - 2]! + 1)
      }
      row.push(edits)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
