/**
 * `sodalime/anchor@1` as a zod schema; on a subpath of its own (`sodalime/anchors/schema`) so that those who only make
 * anchors do not carry the validator. What a shape cannot say is checked after it: ids inside the list of features.
 */
import * as z from 'zod'
import { ANCHOR_SCHEMA, type AnchorData } from './anchor.ts'
import { DataError } from './errors.ts'
import { count, diagnostics, feature, instance } from './schema.ts'

const share = z.number().min(0).max(1)
const ids = z.array(count).readonly()

const shape = z
  .object({
    schema: z.literal(ANCHOR_SCHEMA),
    domain: z.enum(['tabular', 'text', 'image', 'series', 'composite']),
    classNames: z.array(z.string()).readonly(),
    prediction: z.array(z.number()).readonly(),
    label: count,
    name: z.string(),
    instance,
    features: z.array(feature).readonly(),
    anchor: ids,
    reached: z.boolean(),
    precision: share,
    precisionInterval: z.tuple([share, share]).readonly(),
    coverage: share,
    steps: z
      .array(z.object({ features: ids, precision: share.nullable(), coverage: share }).readonly())
      .readonly(),
    options: z.record(z.string(), z.unknown()).readonly(),
    diagnostics: diagnostics.unwrap().omit({ effectiveSampleSize: true }).readonly(),
  })
  .readonly()

/** The form of `AnchorData`. */
export const anchorSchema = shape.superRefine((data, context) => {
  const outside = data.anchor.find((id) => id >= data.features.length)
  if (outside !== undefined) {
    context.addIssue({
      code: 'custom',
      path: ['anchor'],
      message: `ids below ${data.features.length}, the number of features`,
    })
  }
  if (data.label >= data.classNames.length) {
    context.addIssue({
      code: 'custom',
      path: ['label'],
      message: `a number below ${data.classNames.length}, the number of classes`,
    })
  }
})

/** An anchor from parsed JSON. Throws a DataError that names the first place that is wrong. */
export function parseAnchor(json: unknown, source = 'anchor'): AnchorData {
  const result = anchorSchema.safeParse(json)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  throw new DataError({
    where: [source, ...issue.path.map(String)].join('.'),
    got: 'something else',
    expected: issue.message.replace(/^Invalid input: expected /, '').replace(/, received .*$/, ''),
    remedy: 'Give the JSON as sodalime wrote it (JSON.stringify of an anchor).',
  })
}
