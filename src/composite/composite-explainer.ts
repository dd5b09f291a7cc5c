/**
 * Explanations of models with several inputs: a photo, a title and a price; two sensors of different rates.
 *
 * 1. Every part's explainer makes its own neighbourhood, n samples each, from one stream, part after part.
 * 2. Sample i of the whole is sample i of every part: columns stand side by side, and the model gets an object with one
 *    input for each part. Row 0 is the instance in every part, so it is of the whole.
 * 3. The pipeline explains it like any other: one kernel over all features, one surrogate, one ranking.
 *
 * Where every part switches (texts, pictures, series, binned tables), distance is cosine with kernel width 0.25, as for
 * pictures; where some part has columns of values (tables without bins), it is euclidean with 0.75 √features, as for
 * tables. Python LIME has nothing like it.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import type { Explanation, Feature } from '../contract/explanation.ts'
import { checkOptions, didYouMean } from '../contract/nearest.ts'
import type { Model } from '../contract/predictor.ts'
import type {
  Cells,
  Domain,
  Neighbourhood,
  Surroundings,
  SurroundRequest,
} from '../explain/neighbourhood.ts'
import { explainNeighbourhood } from '../explain/pipeline.ts'
import {
  checkExplainerOptions,
  EXPLAIN_OPTIONS,
  EXPLAINER_OPTIONS,
  type ExplainerOptions,
  type ExplainOptions,
  resolveSettings,
  Streams,
} from '../explain/settings.ts'
import { elementOf } from '../math/bit-matrix.ts'
import { joinCodes, joinColumns, splitColumns } from './join-columns.ts'

/** An explainer for each part, by the part’s name. */
export type CompositeParts = { readonly [part: string]: Domain<unknown, unknown> }

/** What is explained: an instance for each part. */
export type CompositeInstance<Parts> = {
  readonly [Name in keyof Parts]: Parts[Name] extends Domain<infer Instance, unknown>
    ? Instance
    : never
}

/** What the model gets: an input for each part. */
export type CompositeInput<Parts> = {
  readonly [Name in keyof Parts]: Parts[Name] extends Domain<never, infer Input> ? Input : never
}

const NAME = 'CompositeExplainer'

/** Explains several inputs at once. */
export class CompositeExplainer<Parts extends CompositeParts>
  implements Domain<CompositeInstance<Parts>, CompositeInput<Parts>>
{
  readonly domain = 'composite'
  readonly #parts: readonly (readonly [name: string, explainer: Domain<unknown, unknown>])[]
  readonly #options: ExplainerOptions
  readonly #streams: Streams

  /**
   * @param parts an explainer for each input, in the order in which features shall be listed. Of their options those of
   *   their own kind count (segments, bins, words); labels, kernel, selection and random state are those of the whole.
   * @throws OptionError for options and parts that cannot be used.
   */
  constructor(parts: Parts, options: ExplainerOptions = {}) {
    checkOptions(`${NAME}, options`, options, EXPLAINER_OPTIONS)
    checkExplainerOptions(NAME, options)
    this.#parts = checkedParts(parts)
    this.#options = options
    this.#streams = new Streams(options.randomState)
  }

  /**
   * Explains one instance.
   *
   * @param instance an object with an instance for each part, in the form that the part’s explainer takes.
   * @param model gets objects with an input for each part, in the form that the part’s explainer gives.
   * @param options defaults: 20 features, as many samples as the weights need up to 5000.
   * @throws DataError for missing and unknown parts, and what the parts throw for theirs; OptionError for options;
   *   PredictorError and PredictorOutputError for the model; rejects with the signal’s reason when aborted.
   */
  async explain(
    instance: CompositeInstance<Parts>,
    model: Model<CompositeInput<Parts>>,
    options: ExplainOptions = {},
  ): Promise<Explanation> {
    const began = performance.now()
    checkOptions(`${NAME}.explain, options`, options, EXPLAIN_OPTIONS)
    const defaults = {
      kernelWidth: 0.25,
      numFeatures: 20,
      numSamples: 5000,
      distanceMetric: 'cosine',
      batchSize: 100,
    } as const
    resolveSettings(NAME, this.#options, options, defaults).control.signal?.throwIfAborted()
    const surroundings = await this.surround(instance)
    const settings = resolveSettings(
      NAME,
      this.#options,
      options,
      surroundings.law !== undefined
        ? defaults
        : {
            ...defaults,
            kernelWidth: 0.75 * Math.sqrt(surroundings.features.length),
            distanceMetric: 'euclidean',
          },
    )
    return explainNeighbourhood({
      name: NAME,
      domain: 'composite',
      surroundings,
      model,
      settings,
      began,
    })
  }

  /** One instance amid its perturbations, without a model. Throws as `explain` does. */
  async surround(
    instance: CompositeInstance<Parts>,
    { random = this.#streams.next() }: SurroundRequest = {},
  ): Promise<Surroundings<CompositeInput<Parts>>> {
    checkInstance(
      instance,
      this.#parts.map(([name]) => name),
    )
    const joined: { readonly name: string; readonly around: Surroundings<unknown> }[] = []
    for (const [name, explainer] of this.#parts) {
      const own = (instance as { readonly [part: string]: unknown })[name]
      joined.push({ name, around: await explainer.surround(own, { random }) })
    }
    const names = joined.map(({ name }) => name)
    const laws = joined.map(({ around }) => around.law).filter((law) => law !== undefined)
    const counts = joined.map(({ around }) => around.features.length)
    return {
      instance: {
        kind: 'composite',
        parts: joined.map(({ name, around }) => ({ name, instance: around.instance })),
      },
      features: joined.flatMap(({ name, around }, of) =>
        around.features.map(
          (feature): Feature => ({ ...feature, name: `${name}: ${feature.name}`, of }),
        ),
      ),
      law: laws.length === joined.length ? { kind: 'joint', parts: laws } : undefined,
      fixed: joined.every(({ around }) => around.fixed),
      random,
      checkSize: (n) => {
        for (const { around } of joined) around.checkSize(n)
      },
      draw: async (n, control) => {
        const parts: Neighbourhood<unknown>[] = []
        for (const { around } of joined) parts.push(await around.draw(n, control))
        return sideBySide(names, parts)
      },
      typical: Object.fromEntries(joined.map(({ name, around }) => [name, around.typical])),
      switched: (masks, options) => {
        const own = splitColumns(masks, counts)
        const backgrounds = options?.background as { readonly [part: string]: unknown } | undefined
        return sideBySide(
          names,
          joined.map(({ name, around }, k) =>
            around.switched(own[k]!, { ...options, background: backgrounds?.[name] }),
          ),
        )
      },
      options: {
        parts: Object.fromEntries(joined.map(({ name, around }) => [name, around.options])),
      },
      warnings: joined.flatMap(({ name, around }) =>
        around.warnings.map(({ code, message }) => ({ code, message: `${name}: ${message}` })),
      ),
    }
  }
}

/** The parts' samples as samples of the whole. */
function sideBySide<Input>(
  names: readonly string[],
  parts: readonly Neighbourhood<unknown>[],
): Neighbourhood<Input> {
  return {
    interpretable: joinColumns(parts.map((one) => one.interpretable)),
    codes: joinCodes(
      parts.map((one) => one.codes),
      parts[0]!.interpretable.rows,
    ),
    inputs: (rows) => {
      const inputs = parts.map((one) => one.inputs(rows))
      return Array.from(
        rows,
        (_, i) => Object.fromEntries(names.map((name, k) => [name, inputs[k]![i]])) as Input,
      )
    },
    cells: joinCells(parts),
  }
}

/** Cells of all parts; those of parts without any are on and off. */
function joinCells(parts: readonly Neighbourhood<unknown>[]): Cells | undefined {
  if (parts.every(({ cells }) => cells === undefined)) return undefined
  const counts = parts.flatMap(({ cells, interpretable }) =>
    Array.from(cells?.counts ?? new Int32Array(interpretable.cols).fill(2)),
  )
  const d = counts.length
  const n = parts[0]!.interpretable.rows
  const codes = new Uint16Array(n * d)
  const within = new Float32Array(n * d)
  let first = 0
  for (const { cells, interpretable } of parts) {
    const own = interpretable.cols
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < own; j++) {
        const at = i * d + first + j
        codes[at] = cells?.codes[i * own + j] ?? elementOf(interpretable, i, j)
        within[at] = cells?.within[i * own + j] ?? 0
      }
    }
    first += own
  }
  return {
    codes,
    within,
    counts: Int32Array.from(counts),
    parts: Int32Array.from(
      parts.flatMap(({ cells, interpretable }) =>
        Array.from(cells?.parts ?? new Int32Array(interpretable.cols).fill(1)),
      ),
    ),
  }
}

function checkedParts(parts: CompositeParts): [string, Domain<unknown, unknown>][] {
  const entries =
    typeof parts === 'object' && parts !== null && !Array.isArray(parts)
      ? Object.entries(parts)
      : []
  if (entries.length === 0) {
    throw new OptionError({
      where: `${NAME}, parts`,
      got: Array.isArray(parts) ? 'a list' : 'no parts',
      expected: 'an object with an explainer for each input of the model',
      remedy: 'Give { title: new TextExplainer(), photo: new ImageExplainer() }, say.',
    })
  }
  for (const [name, explainer] of entries) {
    if (typeof explainer?.surround === 'function' && explainer.domain !== 'composite') continue
    throw new OptionError({
      where: `${NAME}, parts.${name}`,
      got:
        explainer?.domain === 'composite'
          ? 'a CompositeExplainer'
          : `a value of type ${typeof explainer}`,
      expected: 'an explainer of tables, texts, images or series',
      remedy: 'List all parts side by side.',
    })
  }
  return entries
}

function checkInstance(instance: unknown, names: readonly string[]): void {
  const where = `${NAME}.explain, instance`
  const list = names.join(', ')
  if (typeof instance !== 'object' || instance === null) {
    throw new DataError({
      where,
      got: instance === null ? 'null' : `a value of type ${typeof instance}`,
      expected: `an object with ${list}`,
      remedy: 'Give an instance for each part, by its name.',
    })
  }
  const unknown = Object.keys(instance).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new DataError({
      where: `${where}.${unknown}`,
      got: 'an unknown part',
      expected: `the parts ${list}`,
      remedy: didYouMean(unknown, names, 'Leave it out.'),
    })
  }
  const absent = names.find((name) => !(name in instance))
  if (absent === undefined) return
  throw new DataError({
    where: `${where}.${absent}`,
    got: 'nothing',
    expected: `an instance for each of ${list}`,
    remedy:
      'Give every part; an empty one may stand for what is missing, where its explainer allows it.',
  })
}
