/**
 * The paper's reviews (Blitzer, Dredze, Pereira 2007: books and DVDs), loaded as the authors of LIME did.
 *
 * 1. Tokens are what matches `\w*?:\d` in a line's bytes; those with `_` (pairs of words) are dropped.
 * 2. Positive, then negative reviews are shuffled by one stream of Python 2's `random` seeded with 1:
 *    j = ⌊random() · (i + 1)⌋ for i from the last down to 1.
 * 3. The first 80 % of each class are for training; the vocabulary is their words of two letters and more, sorted.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RandomState } from '../../src/math/index.ts'
import { type Documents, toDocuments } from '../models/documents.ts'

export const DOMAINS = ['books', 'dvd'] as const
export type ReviewDomain = (typeof DOMAINS)[number]

/** Reviews as sets of words, with their classes: 1 positive, 0 negative. */
export interface Reviews {
  readonly vocabulary: readonly string[]
  readonly train: Documents
  readonly trainClasses: Uint8Array
  readonly test: Documents
  readonly testClasses: Uint8Array
}

/** The folder of the reviews; undefined where they are not on this machine. */
export function reviewsFolder(): string | undefined {
  const root = process.env.SODALIME_DATA ?? join(import.meta.dirname, '../../../shared/data')
  const folder = join(root, 'text/blitzer')
  return existsSync(join(folder, 'books/positive.review')) ? folder : undefined
}

/** The reviews of one domain. */
export function loadReviews(folder: string, domain: ReviewDomain): Reviews {
  const read = (file: string) =>
    readFileSync(join(folder, domain, `${file}.review`), 'latin1')
      .split('\n')
      .filter((line) => line !== '')
      .map(wordsOf)
  const negative = read('negative')
  const positive = read('positive')
  const random = new RandomState([1])
  shuffle(positive, random)
  shuffle(negative, random)
  const cut = (list: readonly string[][]) => Math.floor(list.length * 0.8)
  const parts = (part: (list: readonly string[][]) => readonly string[][]) => {
    const [ones, zeros] = [part(positive), part(negative)]
    return {
      texts: [...ones, ...zeros],
      classes: Uint8Array.from([...ones.map(() => 1), ...zeros.map(() => 0)]),
    }
  }
  const train = parts((list) => list.slice(0, cut(list)))
  const test = parts((list) => list.slice(cut(list)))
  const vocabulary = [...new Set(train.texts.flat())].sort()
  return {
    vocabulary,
    train: vectorise(train.texts, vocabulary),
    trainClasses: train.classes,
    test: vectorise(test.texts, vocabulary),
    testClasses: test.classes,
  }
}

/** Documents over the vocabulary; other words are dropped. */
export function vectorise(
  texts: readonly (readonly string[])[],
  vocabulary: readonly string[],
): Documents {
  const known = new Map(vocabulary.map((word, number) => [word, number]))
  const lists = texts.map((words) =>
    [...new Set(words)].flatMap((word) => known.get(word) ?? []).sort((a, b) => a - b),
  )
  return toDocuments(lists, vocabulary.length)
}

/** Words of a line, as scikit-learn's token pattern finds them again: two letters at least. */
function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/(\w*?):(\d)/g), ([, word, count]) =>
    word!.includes('_') || count === '0' || word!.length < 2 ? '' : word!,
  ).filter((word) => word !== '')
}

function shuffle(list: unknown[], random: RandomState): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random.randomSample() * (i + 1))
    const kept = list[i]
    list[i] = list[j]
    list[j] = kept
  }
}
