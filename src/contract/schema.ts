/**
 * `sodalime/explanation@1` as a zod schema and as JSON Schema; on a subpath of its own (`sodalime/schema`) so that
 * explainers do not carry the validator.
 *
 * 1. The shape equals the TypeScript types of `explanation.ts`; a test compares them.
 * 2. What a shape cannot say is checked after it: ids inside their lists, sorted bounds, runs that fill their picture.
 * 3. Properties that are not known are ignored, so that version 1 can grow; another version is refused.
 */
import * as z from 'zod'
import { DataError } from './errors.ts'
import {
  EXPLANATION_SCHEMA,
  Explanation,
  type FeaturePart,
  type InstanceData,
  type TreeNode,
} from './explanation.ts'

export const count = z.int().nonnegative()
const value = z.union([z.number(), z.string(), z.boolean(), z.null()])
const numbers = z.array(z.number()).readonly()
const interval = z.tuple([z.number(), z.number()]).readonly()

const span = z.object({ start: count, end: count, codePoint: count }).readonly()

const featurePart = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('tabular'),
      columns: z.array(count).readonly(),
      value,
      bin: z
        .object({ low: z.number().nullable(), high: z.number().nullable() })
        .readonly()
        .exactOptional(),
    })
    .readonly(),
  z.object({ kind: z.literal('text'), field: count, spans: z.array(span).readonly() }).readonly(),
  z.object({ kind: z.literal('image'), segment: z.int(), area: count }).readonly(),
  z
    .object({
      kind: z.literal('series'),
      start: count,
      end: count,
      channels: z.array(count).readonly(),
    })
    .readonly(),
])

export const feature = z
  .object({ name: z.string(), part: featurePart, of: count.exactOptional() })
  .readonly()

const share = z.number().min(0).max(1)

const distribution = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('numeric'), shares: z.array(share).readonly() }).readonly(),
    z
      .object({
        kind: z.literal('categorical'),
        levels: z.array(z.object({ value, share }).readonly()).readonly(),
        others: share,
      })
      .readonly(),
  ])
  .readonly()

const tabularInstance = z
  .object({
    kind: z.literal('tabular'),
    columns: z.array(z.string()).readonly(),
    values: z.array(value).readonly(),
    quantiles: z.array(numbers.nullable()).readonly().exactOptional(),
    distributions: z.array(distribution.nullable()).readonly().exactOptional(),
  })
  .readonly()

const textInstance = z
  .object({
    kind: z.literal('text'),
    fields: z.array(z.object({ name: z.string(), text: z.string() }).readonly()).readonly(),
  })
  .readonly()

const imageInstance = z
  .object({
    kind: z.literal('image'),
    width: count,
    height: count,
    segments: z.array(z.int()).readonly(),
    picture: z.string().exactOptional(),
  })
  .readonly()

const seriesInstance = z
  .object({
    kind: z.literal('series'),
    values: z.array(numbers).readonly(),
    channelNames: z.array(z.string()).readonly(),
    samplingRate: z.number().positive().exactOptional(),
    replacement: z.array(numbers).readonly().exactOptional(),
  })
  .readonly()

const compositeInstance = z
  .object({
    kind: z.literal('composite'),
    get parts(): z.ZodType<readonly { readonly name: string; readonly instance: InstanceData }[]> {
      return z.array(z.object({ name: z.string(), instance }).readonly()).readonly()
    },
  })
  .readonly()

export const instance = z
  .discriminatedUnion('kind', [
    tabularInstance,
    textInstance,
    imageInstance,
    seriesInstance,
    compositeInstance,
  ])
  .meta({ id: 'Instance' })

const featureWeight = z
  .object({
    feature: count,
    weight: z.number(),
    standardError: z.number().nonnegative().exactOptional(),
    interval: interval.exactOptional(),
    tied: z.boolean().exactOptional(),
  })
  .readonly()

const treeNode: z.ZodType<TreeNode> = z
  .lazy(() => z.union([treeSplit, treeLeaf]))
  .meta({ id: 'TreeNode' })

// No left: else a split with one wrong number would pass for a leaf.
const treeLeaf = z
  .object({ value: z.number(), weight: z.number(), left: z.never().exactOptional() })
  .readonly()

const treeSplit = z
  .object({
    feature: count,
    threshold: z.number(),
    weight: z.number(),
    value: z.number(),
    left: treeNode,
    right: treeNode,
  })
  .readonly()

const labelExplanation = z
  .object({
    label: count,
    name: z.string(),
    prediction: z.number(),
    localPrediction: z.number(),
    intercept: z.number(),
    weights: z.array(featureWeight).readonly(),
    score: z.number(),
    heldOutScore: z.number().nullable(),
    tree: treeNode.exactOptional(),
  })
  .readonly()

export const diagnostics = z
  .object({
    samples: count,
    effectiveSampleSize: z.number().nonnegative(),
    modelCalls: count,
    batches: count,
    seconds: z.number().nonnegative().exactOptional(),
    modelSeconds: z.number().nonnegative().exactOptional(),
    audit: z.object({ auc: z.number(), agreement: z.number() }).readonly().exactOptional(),
    warnings: z.array(z.object({ code: z.string(), message: z.string() }).readonly()).readonly(),
  })
  .readonly()

const neighbourhood = z
  .object({
    interpretable: z.array(numbers).readonly(),
    outputs: z.array(numbers).readonly(),
    distances: numbers,
    weights: numbers,
  })
  .readonly()

const explanationShape = z
  .object({
    schema: z.literal(EXPLANATION_SCHEMA),
    domain: z.enum(['tabular', 'text', 'image', 'series', 'composite']),
    task: z.enum(['classification', 'regression']),
    classNames: z.array(z.string()).readonly(),
    prediction: numbers,
    predictionRange: interval.exactOptional(),
    instance,
    features: z.array(feature).readonly(),
    labels: z.array(labelExplanation).readonly(),
    options: z.record(z.string(), z.unknown()).readonly(),
    diagnostics,
    neighbourhood: neighbourhood.exactOptional(),
  })
  .readonly()

/** The form of `ExplanationData`. Numbers are finite: JSON has no others. */
export const explanationSchema = explanationShape.superRefine(checkReferences)

/** The form as JSON Schema (draft 2020-12), without the checks that only code can do. */
export function explanationJsonSchema(): Record<string, unknown> {
  const generated = z.toJSONSchema(explanationShape, { io: 'input' })
  const { $schema, ...form } = generated
  return {
    $schema,
    $id: `urn:${EXPLANATION_SCHEMA.replace('/', ':')}`,
    title: EXPLANATION_SCHEMA,
    description: 'A local explanation of one instance, as written by sodalime.',
    ...form,
  }
}

/**
 * An explanation from parsed JSON. Throws a DataError that names the first place that is wrong, and the version where
 * it is not this one. `source` (a file name, say) stands in front of the place.
 */
export function parseExplanation(json: unknown, source = 'explanation'): Explanation {
  refuseOtherVersions(json, source)
  const result = explanationSchema.safeParse(json)
  if (result.success) return new Explanation(result.data)
  const issue = deepest(result.error.issues[0]!)
  const found = issue.path.reduce<unknown>(member, json)
  throw new DataError({
    where: source + placeText(issue.path),
    got: shortened(found),
    expected: issue.message.replace(/^Invalid input: expected /, '').replace(/, received .*$/, ''),
    remedy: 'Give the JSON as sodalime wrote it (JSON.stringify of an explanation).',
  })
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly errors?: readonly (readonly Issue[])[]
}

/** A union's issue hides those of its members: the one that got furthest says most. */
function deepest(issue: Issue): Issue {
  if (issue.errors === undefined) return issue
  const inner = issue.errors
    .flatMap((issues) => issues.slice(0, 1))
    .map((one) => deepest({ ...one, path: [...issue.path, ...one.path] }))
    .sort((a, b) => b.path.length - a.path.length)[0]
  return inner === undefined || inner.path.length === issue.path.length ? issue : inner
}

function refuseOtherVersions(json: unknown, source: string): void {
  const schema = member(json, 'schema')
  if (schema === EXPLANATION_SCHEMA) return
  const version = /^sodalime\/explanation@(\d+)$/.exec(
    typeof schema === 'string' ? schema : '',
  )?.[1]
  const newer = version !== undefined && Number(version) > Number(EXPLANATION_SCHEMA.split('@')[1])
  throw new DataError({
    where: `${source}.schema`,
    got:
      json === null || typeof json !== 'object'
        ? `${shortened(json)} for the whole`
        : shortened(schema),
    expected: `"${EXPLANATION_SCHEMA}"`,
    remedy: newer
      ? 'This explanation was written by a newer sodalime: update sodalime to read it.'
      : 'Give the JSON of an explanation as sodalime wrote it.',
  })
}

type Parsed = z.infer<typeof explanationShape>

function checkReferences(data: Parsed, context: z.RefinementCtx): void {
  const problem = (path: (string | number)[], message: string): void => {
    context.addIssue({ code: 'custom', path, message })
  }
  const below = (path: (string | number)[], id: number, length: number, what: string): void => {
    if (id >= length) problem(path, `an index into ${what}, 0 to ${length - 1}`)
  }
  data.labels.forEach(({ label, weights, tree }, i) => {
    below(['labels', i, 'label'], label, data.prediction.length, 'prediction')
    weights.forEach((weight, j) => {
      below(
        ['labels', i, 'weights', j, 'feature'],
        weight.feature,
        data.features.length,
        'features',
      )
    })
    checkTree(tree, ['labels', i, 'tree'])
  })
  data.features.forEach(({ part, of }, i) => {
    const path = ['features', i, 'part']
    const whole = data.instance
    const parts = whole.kind === 'composite' ? whole.parts : undefined
    if (parts !== undefined) below(['features', i, 'of'], of ?? 0, parts.length, 'instance.parts')
    const own = parts === undefined ? whole : parts[of ?? 0]?.instance
    if (own === undefined) return
    if (own.kind !== part.kind)
      problem([...path, 'kind'], `"${own.kind}", the kind of its instance`)
    else checkPart(part, own, path)
  })
  checkInstance(data.instance, ['instance'])

  function checkTree(node: TreeNode | undefined, path: (string | number)[]): void {
    if (node === undefined || !('left' in node)) return
    below([...path, 'feature'], node.feature, data.features.length, 'features')
    checkTree(node.left, [...path, 'left'])
    checkTree(node.right, [...path, 'right'])
  }

  function checkPart(part: FeaturePart, own: InstanceData, path: (string | number)[]): void {
    if (part.kind === 'text' && own.kind === 'text') {
      below([...path, 'field'], part.field, own.fields.length, 'instance.fields')
      const length = own.fields[part.field]?.text.length ?? 0
      part.spans.forEach(({ start, end }, j) => {
        if (start <= end && end <= length) return
        problem([...path, 'spans', j], `start <= end <= ${length}, the length of the text`)
      })
    }
    if (part.kind === 'series' && own.kind === 'series') {
      part.channels.forEach((channel, j) => {
        below([...path, 'channels', j], channel, own.values.length, 'instance.values')
      })
      if (part.start > part.end) problem([...path, 'start'], `at most end, ${part.end}`)
    }
    if (part.kind === 'tabular' && own.kind === 'tabular') {
      part.columns.forEach((column, j) => {
        below([...path, 'columns', j], column, own.columns.length, 'instance.columns')
      })
    }
  }

  function checkInstance(own: InstanceData, path: (string | number)[]): void {
    if (own.kind === 'composite') {
      own.parts.forEach((part, i) => {
        checkInstance(part.instance, [...path, 'parts', i, 'instance'])
      })
    } else if (own.kind === 'tabular' && own.values.length !== own.columns.length) {
      problem([...path, 'values'], `${own.columns.length} values, one for each column`)
    } else if (own.kind === 'image') {
      let pixels = 0
      for (let i = 1; i < own.segments.length; i += 2) pixels += Math.max(0, own.segments[i]!)
      if (own.segments.length % 2 === 0 && pixels === own.width * own.height) return
      problem(
        [...path, 'segments'],
        `pairs of label and length over ${own.width} × ${own.height} pixels`,
      )
    }
  }
}

function member(from: unknown, key: PropertyKey): unknown {
  return typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined
}

function placeText(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
}

function shortened(found: unknown): string {
  if (found === undefined) return 'nothing'
  const text = JSON.stringify(found) ?? String(found)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
