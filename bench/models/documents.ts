/**
 * Documents as sets of words: sparse rows of 0 and 1, as scikit-learn's `CountVectorizer(binary=True)` makes them.
 *
 * The classifiers beside this file are trained on these, and answer for all versions of one document at once: a row of
 * bits says which of its words a version keeps, so that words the document never had cost nothing.
 */
import type { BitMatrix } from '../../src/math/index.ts'

/** n documents over a vocabulary; document i holds the words `words[starts[i] … starts[i + 1] − 1]`, ascending. */
export interface Documents {
  readonly count: number
  readonly vocabulary: number
  readonly words: Int32Array
  readonly starts: Int32Array
}

/** For each word the documents that hold it: `documents[starts[w] … starts[w + 1] − 1]`, ascending. */
export interface Postings {
  readonly documents: Int32Array
  readonly starts: Int32Array
}

/** What a classifier of two classes says of versions of one document; row i of `kept` keeps word j where its bit is 1. */
export interface LocalClassifier {
  /** Probability of class 1 (n). */
  readonly probability: (kept: BitMatrix) => Float64Array
  /** Predicted class (n). */
  readonly predicted: (kept: BitMatrix) => Uint8Array
}

/** A trained classifier of two classes. */
export interface Classifier {
  /** The classifier around one document, given by its words, ascending. */
  readonly near: (document: Int32Array) => LocalClassifier
}

/** Trains a classifier on documents and their classes, 0 or 1. */
export type Trainer = (documents: Documents, classes: Uint8Array) => Classifier

/** Documents from lists of word numbers, ascending and without repeats. */
export function toDocuments(lists: readonly ArrayLike<number>[], vocabulary: number): Documents {
  const starts = new Int32Array(lists.length + 1)
  lists.forEach((list, i) => {
    starts[i + 1] = starts[i]! + list.length
  })
  const words = new Int32Array(starts[lists.length]!)
  lists.forEach((list, i) => {
    words.set(list, starts[i]!)
  })
  return { count: lists.length, vocabulary, words, starts }
}

/** The words of document i, a view. */
export function documentAt({ words, starts }: Documents, i: number): Int32Array {
  return words.subarray(starts[i]!, starts[i + 1]!)
}

/** The documents named, in that order. */
export function pickDocuments(documents: Documents, rows: ArrayLike<number>): Documents {
  const lists = Array.from(rows, (row) => documentAt(documents, row))
  return toDocuments(lists, documents.vocabulary)
}

/** Which documents hold each word. */
export function postingsOf({ count, vocabulary, words, starts }: Documents): Postings {
  const from = new Int32Array(vocabulary + 1)
  for (const word of words) from[word + 1]!++
  for (let w = 0; w < vocabulary; w++) from[w + 1]! += from[w]!
  const next = from.slice()
  const documents = new Int32Array(words.length)
  for (let i = 0; i < count; i++) {
    for (let at = starts[i]!; at < starts[i + 1]!; at++) documents[next[words[at]!]!++] = i
  }
  return { documents, starts: from }
}

/** Where each word of the document stands in it, −1 for words that it lacks: (vocabulary). */
export function placesIn(document: Int32Array, vocabulary: number): Int32Array {
  const places = new Int32Array(vocabulary).fill(-1)
  document.forEach((word, place) => {
    places[word] = place
  })
  return places
}

/** Class 1 where the probability is above one half, as scikit-learn decides (equal ones go to class 0). */
export function byHalf(probability: LocalClassifier['probability']): LocalClassifier {
  return {
    probability,
    predicted: (kept) => Uint8Array.from(probability(kept), (p) => (p > 0.5 ? 1 : 0)),
  }
}

/**
 * Classes predicted for each document by a classifier that did not see it: k folds of consecutive documents of each
 * class, as scikit-learn's `cross_val_predict` with `StratifiedKFold` makes them.
 */
export function crossPredicted(
  documents: Documents,
  classes: Uint8Array,
  folds: number,
  train: Trainer,
  everyWord: (document: Int32Array) => BitMatrix,
): Uint8Array {
  const fold = foldsOf(classes, folds)
  const predicted = new Uint8Array(documents.count)
  for (let k = 0; k < folds; k++) {
    const rows = Array.from(classes.keys())
    const inside = rows.filter((i) => fold[i] !== k)
    const model = train(
      pickDocuments(documents, inside),
      Uint8Array.from(inside, (i) => classes[i]!),
    )
    for (const i of rows) {
      if (fold[i] !== k) continue
      const document = documentAt(documents, i)
      predicted[i] = model.near(document).predicted(everyWord(document))[0]!
    }
  }
  return predicted
}

/** The fold of each document: the documents of a class in k consecutive runs, the first ones longer by one where they do not divide. */
export function foldsOf(classes: Uint8Array, folds: number): Uint8Array {
  const fold = new Uint8Array(classes.length)
  for (const label of [0, 1]) {
    const rows = Array.from(classes.keys()).filter((i) => classes[i] === label)
    const short = Math.floor(rows.length / folds)
    const longer = rows.length % folds
    rows.forEach((row, at) => {
      const edge = longer * (short + 1)
      fold[row] =
        at < edge ? Math.floor(at / (short + 1)) : longer + Math.floor((at - edge) / short)
    })
  }
  return fold
}
