/**
 * k nearest neighbours of documents by Euclidean distance: P(class 1) is the share of class 1 among the k nearest
 * training documents (scikit-learn's `KNeighborsClassifier`). Of equally near ones the first in the training data count.
 *
 *     |x − t|² = |x| + |t| − 2 |x ∩ t|, so that versions x of one document are near t by |t| − 2 |x ∩ t|
 *
 * which is at most |t| and at least |t| − 2 |document ∩ t|: documents whose least is above the k-th smallest |t| are never
 * among the nearest, and only the few others are looked at.
 */
import {
  byHalf,
  type Classifier,
  type Documents,
  documentAt,
  pickDocuments,
  placesIn,
} from './documents.ts'
import { eachOverlap } from './overlaps.ts'

/** Keeps the documents with their classes, 0 and 1. */
export function trainNeighbours(documents: Documents, classes: Uint8Array, k = 5): Classifier {
  const { count: n, starts } = documents
  const sizes = Int32Array.from({ length: n }, (_, t) => starts[t + 1]! - starts[t]!)
  const bound = sizes.slice().sort()[Math.min(k, n) - 1]!
  return {
    near: (document) => {
      const places = placesIn(document, documents.vocabulary)
      const candidates = Int32Array.from(sizes.keys()).filter((t) => {
        let common = 0
        for (const word of documentAt(documents, t)) if (places[word]! >= 0) common++
        return sizes[t]! - 2 * common <= bound
      })
      const near = pickDocuments(documents, candidates)
      const size = candidates.map((t) => sizes[t]!)
      const label = candidates.map((t) => classes[t]!)
      return byHalf((kept) => {
        const out = new Float64Array(kept.rows)
        const nearest = new Int32Array(k)
        const distances = new Int32Array(k)
        eachOverlap(near, document, kept, (i, overlaps) => {
          let held = 0
          for (let c = 0; c < size.length; c++) {
            const distance = size[c]! - 2 * overlaps[c]!
            if (held === k && distance >= distances[k - 1]!) continue
            let place = held < k ? held++ : k - 1
            for (; place > 0 && distances[place - 1]! > distance; place--) {
              distances[place] = distances[place - 1]!
              nearest[place] = nearest[place - 1]!
            }
            distances[place] = distance
            nearest[place] = c
          }
          let ones = 0
          for (let at = 0; at < held; at++) ones += label[nearest[at]!]!
          out[i] = ones / held
        })
        return out
      })
    },
  }
}
