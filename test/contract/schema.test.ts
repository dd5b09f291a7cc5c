import { readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import { DataError, Explanation, type ExplanationData } from '../../src/contract/index.ts'
import {
  explanationJsonSchema,
  explanationSchema,
  parseExplanation,
} from '../../src/contract/schema.ts'
import { breastCancer, gallery, image, iris, text, tree } from '../render/fixtures/explanations.ts'

type Json = { [key: string]: unknown }

function changed(data: ExplanationData, change: (copy: Json) => void): Json {
  const copy: Json = JSON.parse(JSON.stringify(data))
  change(copy)
  return copy
}

function problem(json: unknown, source?: string): DataError {
  try {
    parseExplanation(json, source)
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Sets `value` at a path such as `labels.0.weights.1.feature`; undefined removes. */
function set(copy: Json, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop()!
  const at = keys.reduce<Json>((from, key) => from[key] as Json, copy)
  if (value === undefined) delete at[last]
  else at[last] = value
}

describe('explanationSchema', () => {
  it('infers the type that explanation.ts declares, in both directions', () => {
    expectTypeOf<z.infer<typeof explanationSchema>>().toExtend<ExplanationData>()
    expectTypeOf<ExplanationData>().toExtend<z.infer<typeof explanationSchema>>()
    expectTypeOf<keyof z.infer<typeof explanationSchema>>().toEqualTypeOf<keyof ExplanationData>()
    expect(explanationSchema.safeParse(iris).success).toBe(true)
  })
})

describe('parseExplanation', () => {
  it.each(Object.keys(gallery))('gives %s back as it was written', (name) => {
    const json: unknown = JSON.parse(JSON.stringify(gallery[name]))
    const explanation = parseExplanation(json)
    expect(explanation).toBeInstanceOf(Explanation)
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(json)
  })

  it('ignores properties that it does not know, so that version 1 can grow', () => {
    const parsed = parseExplanation(changed(iris, (copy) => set(copy, 'laterAddition', 1)))
    expect(parsed).not.toHaveProperty('laterAddition')
  })

  it('refuses a newer version and says to update', () => {
    const error = problem(
      changed(iris, (copy) => set(copy, 'schema', 'sodalime/explanation@2')),
      'a.json',
    )
    expect(error.message).toBe(
      'a.json.schema: got "sodalime/explanation@2", expected "sodalime/explanation@1". This explanation was written by a newer sodalime: update sodalime to read it.',
    )
  })

  it.each([[null], [[]], ['text'], [{}], [{ schema: 1 }]])(
    'refuses %j, which is no explanation',
    (json) => {
      expect(problem(json).where).toBe('explanation.schema')
    },
  )

  it.each([
    ['labels.0.weights.1.weight', 'high', 'explanation.labels[0].weights[1].weight', 'number'],
    ['labels.0.heldOutScore', undefined, 'explanation.labels[0].heldOutScore', 'number'],
    ['task', 'ranking', 'explanation.task', 'classification'],
    ['instance.kind', 'sound', 'explanation.instance.kind', 'tabular'],
    ['features.0.part.columns', [-1], 'explanation.features[0].part.columns[0]', '0'],
    ['features.0.part.columns', [9], 'explanation.features[0].part.columns[0]', 'instance.columns'],
    ['features.0.part.kind', 'text', 'explanation.features[0].part.field', 'number'],
    ['labels.0.weights.1.feature', 4, 'explanation.labels[0].weights[1].feature', '0 to 3'],
    ['labels.0.label', 3, 'explanation.labels[0].label', '0 to 2'],
    ['instance.values', [1], 'explanation.instance.values', '4 values'],
  ])('names the place where %s is wrong', (path, value, where, expected) => {
    const error = problem(changed(iris, (copy) => set(copy, path, value)))
    expect(error.where).toBe(where)
    expect(error.expected).toContain(expected)
  })

  it('refuses runs that do not fill the picture', () => {
    const error = problem(changed(image, (copy) => set(copy, 'instance.segments', [0, 5])))
    expect(error.where).toBe('explanation.instance.segments')
    expect(error.expected).toContain('64 × 48')
  })

  it('refuses spans that lie outside the text', () => {
    const span = { start: 0, end: 9999, codePoint: 0 }
    const error = problem(changed(text, (copy) => set(copy, 'features.0.part.spans', [span])))
    expect(error.where).toBe('explanation.features[0].part.spans[0]')
  })

  it('looks into the nodes of a tree', () => {
    const wrongType = problem(
      changed(tree, (copy) => set(copy, 'labels.0.tree.right.left.threshold', 'x')),
    )
    expect(wrongType.where).toBe('explanation.labels[0].tree.right.left.threshold')
    const wrongFeature = problem(
      changed(tree, (copy) => set(copy, 'labels.0.tree.right.feature', 7)),
    )
    expect(wrongFeature.where).toBe('explanation.labels[0].tree.right.feature')
  })

  it('refuses NaN, which JSON does not have', () => {
    const error = problem({ ...breastCancer, prediction: [Number.NaN, 1] })
    expect(error.where).toBe('explanation.prediction[0]')
  })
})

describe('explanationJsonSchema', () => {
  it('is the one in docs/explanation.schema.json (npx tsx tools/make-schema.ts)', () => {
    const written = readFileSync(
      new URL('../../docs/explanation.schema.json', import.meta.url),
      'utf8',
    )
    expect(JSON.parse(written)).toEqual(explanationJsonSchema())
  })
})
