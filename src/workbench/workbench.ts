/**
 * The workbench of the studio: models and data by id, and all that can be asked about them.
 *
 * It runs in the server and, for pages without one, in a worker of the page: it knows no files, no network, no requests.
 * Whatever it answers is plain JSON (`protocol.ts`).
 */
import { DataError } from '../contract/errors.ts'
import type { ExplanationData } from '../contract/explanation.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'

import { readOutputs } from '../explain/ask-model.ts'
import type { OnnxInput } from '../models/onnx.ts'
import type { OpenedModel } from '../models/open.ts'
import { DEMOS } from './demos.ts'
import { failureOf } from './failure.ts'
import { columnsOf, countOf, previews, truthOf } from './instances.ts'
import { explainMany } from './many.ts'
import { kindsOf } from './model-kinds.ts'
import { checkedOptions } from './options.ts'
import { Explainers, type Prepared, prepare, targetOf } from './prepare.ts'
import {
  type Catalogue,
  type DataInfo,
  type Finding,
  type InstancePreview,
  type InstancesRequest,
  KINDS,
  type Kind,
  type Limits,
  type ManyEvent,
  type ManyRequest,
  type ModelInfo,
  type Origin,
  type RunEvent,
  type Setup,
  type WhatIfAnswer,
  type WhatIfRequest,
} from './protocol.ts'
import type { DataContent } from './read-data.ts'
import { Turns } from './turns.ts'

/** A model to be added. */
export interface NewModel {
  readonly id: string
  readonly name: string
  readonly source: string
  readonly origin: Origin
  /** Kinds and classes where they are known before the model is opened. */
  readonly kinds?: readonly Kind[]
  readonly classNames?: readonly string[]
  readonly saidClassNames?: readonly string[] | undefined
  readonly open: () => Promise<OpenedModel>
}

/** A data set to be added. */
export interface NewData {
  readonly id: string
  readonly name: string
  readonly source: string
  readonly origin: Origin
  readonly content: DataContent
}

interface ModelEntry {
  readonly given: NewModel
  opened?: Promise<OpenedModel>
  info: ModelInfo
}

interface DataEntry {
  readonly given: NewData
  readonly info: DataInfo
}

/** Bounds of what the page may send. */
export const LIMITS: Limits = {
  modelBytes: 500_000_000,
  dataBytes: 200_000_000,
  imageBytes: 100_000_000,
  textUnits: 2_000_000,
  files: 200,
  totalBytes: 1_000_000_000,
}

/** Long pieces of work at once. */
const AT_ONCE = 8

/** Setups that are kept for further questions. */
const KEPT = 8

/** A setup that is ready, its model, and the true label of its instance. */
interface Ready {
  readonly prepared: Prepared
  readonly model: OpenedModel
  readonly truth: string | undefined
}

/** Models and data, and what is asked about them. */
export class Workbench {
  readonly #models = new Map<string, ModelEntry>()
  readonly #data = new Map<string, DataEntry>()
  readonly #explainers = new Explainers()
  readonly #prepared = new Map<string, Promise<Ready>>()
  readonly #turns = new Turns(AT_ONCE)
  readonly #changed: () => void

  /** `changed` is called when the catalogue has changed. */
  constructor(changed: () => void = () => {}) {
    this.#changed = changed
  }

  /** Adds a model; it is opened when it is first used. One of the same id is replaced. */
  addModel(given: NewModel): void {
    const { id, name, source, origin, kinds = KINDS, classNames, saidClassNames } = given
    this.#models.set(id, {
      given,
      info: {
        id,
        name,
        source,
        origin,
        kinds,
        ...(classNames && { classNames }),
        ...(saidClassNames && { saidClassNames }),
      },
    })
    this.#changed()
  }

  /** Adds a data set. One of the same id is replaced. */
  addData(given: NewData): void {
    const { id, name, source, origin, content } = given
    this.#explainers.forget(id)
    this.#prepared.clear()
    const info: DataInfo = {
      id,
      name,
      source,
      origin,
      kind: content.kind,
      count: countOf(content),
      labelled: truthOf(content, 0) !== undefined,
      ...(content.kind === 'tabular' && {
        columns: columnsOf(content.table),
        ...(content.target !== undefined && { target: content.target }),
      }),
      ...(content.kind === 'series' && seriesDetails(content.series)),
    }
    this.#data.set(id, { given, info })
    this.#changed()
  }

  /** Opens a model now. Rejects with what is wrong with it, and forgets it then. */
  async open(id: string): Promise<OpenedModel> {
    const entry = this.#models.get(id)
    if (entry === undefined) throw unknown('model', id)
    entry.opened ??= entry.given.open()
    try {
      const model = await entry.opened
      const { task, classNames } = model
      entry.info = {
        ...entry.info,
        kinds: entry.given.kinds ?? kindsOf(model),
        ...(task && { task }),
        ...(classNames && { classNames }),
      }
      return model
    } catch (error) {
      // A server or a program may be there again at the next try.
      delete entry.opened
      throw error
    }
  }

  /** Takes a model or data set away. */
  async remove(id: string): Promise<void> {
    const entry = this.#models.get(id)
    this.#models.delete(id)
    this.#data.delete(id)
    this.#explainers.forget(id)
    this.#prepared.clear()
    this.#changed()
    await entry?.opened?.then((model) => model.close()).catch(() => {})
  }

  /** What a data set holds; undefined where there is none of that id. */
  contentOf(id: string): DataContent | undefined {
    return this.#data.get(id)?.given.content
  }

  /** All there is to choose from. */
  catalogue(): Catalogue {
    const models = [...this.#models.values()].map(({ info }) => info)
    const data = [...this.#data.values()].map(({ info }) => info)
    const demos = DEMOS.filter(
      ({ setup }) => this.#models.has(setup.model) && this.#data.has(setup.data!),
    )
    return { models, data, demos, limits: LIMITS }
  }

  /** Some instances of a data set. Rejects with a DataError for one that does not exist. */
  async instances(request: InstancesRequest): Promise<InstancePreview[]> {
    const entry = this.#data.get(request.data)
    if (entry === undefined) throw unknown('data set', request.data)
    return previews(entry.given.content, request)
  }

  /**
   * Explains a setup; `emit` hears of progress, of the explanation in between, and last of the whole one or of what went
   * wrong. Where `signal` aborts, nothing more is said. Never rejects.
   */
  async explain(setup: Setup, signal: AbortSignal, emit: (event: RunEvent) => void): Promise<void> {
    let began = false
    const findingOf = ({ instance, features, ...finding }: ExplanationData): Finding => {
      if (!began) emit({ type: 'subject', subject: { instance, features } })
      began = true
      return finding
    }
    try {
      await this.#turns.take(
        async () => {
          const { prepared, truth } = await this.#prepare(setup)
          const explanation = await prepared.explain({
            signal,
            onProgress: (progress) => {
              const { done, total, seconds } = progress
              const secondsLeft = done > 0 ? (seconds * (total - done)) / done : null
              emit({ type: 'progress', progress, secondsLeft })
            },
            onPartial: (partial) => emit({ type: 'partial', finding: findingOf(partial) }),
          })
          const finding = findingOf(explanation)
          emit({ type: 'done', finding, ...(truth !== undefined && { truth }) })
        },
        signal,
        (before) => emit({ type: 'waiting', before }),
      )
    } catch (error) {
      if (!signal.aborted) emit({ type: 'failed', failure: failureOf(error) })
    }
  }

  /** What the model says of an instance with some features off. Rejects with what went wrong. */
  async whatIf({ setup, off }: WhatIfRequest, signal: AbortSignal): Promise<WhatIfAnswer> {
    const { prepared, model } = await this.#prepareKept(setup)
    const inputs = await prepared.switched(off)
    const task = model.task ?? 'classification'
    const most = model.maxBatchSize ?? inputs.length
    const outputs: Float64Array[] = []
    for (let from = 0; from < inputs.length; from += most) {
      const some = inputs.slice(from, from + most) as readonly OnnxInput[]
      const answer = readOutputs(await model.predict(some, { signal }), some.length, task, 'model')
      for (let i = 0; i < answer.rows; i++) {
        outputs.push(answer.data.subarray(i * answer.cols, (i + 1) * answer.cols))
      }
    }
    const mean = Array.from(
      outputs[0]!,
      (_, j) => outputs.reduce((sum, one) => sum + one[j]!, 0) / outputs.length,
    )
    return { outputs: mean, draws: outputs.length }
  }

  /**
   * Explains many instances, one after the other; `emit` hears of each, and last of what matters over all. Where `signal`
   * aborts, nothing more is said. Never rejects.
   */
  async many(
    { setup, rows, pick }: ManyRequest,
    signal: AbortSignal,
    emit: (event: ManyEvent) => void,
  ): Promise<void> {
    try {
      await this.#turns.take(
        async () => {
          const { values, text, row: _, ...rest } = setup
          await explainMany(
            rows,
            async (row) => {
              const { prepared, truth } = await this.#prepare({ ...rest, row })
              return { explanation: await prepared.explain({ signal }), truth }
            },
            { pick, signal, emit },
          )
        },
        signal,
        (before) => emit({ type: 'waiting', before }),
      )
    } catch (error) {
      if (!signal.aborted) emit({ type: 'failed', failure: failureOf(error) })
    }
  }

  /** Closes all models. */
  async close(): Promise<void> {
    const ids = [...this.#models.keys()]
    await Promise.all(ids.map((id) => this.remove(id)))
  }

  async #prepare(given: Setup): Promise<Ready> {
    const setup: Setup = { ...given, options: checkedOptions(given.kind, given.options) }
    const { text } = setup
    if (text !== undefined && text.length > LIMITS.textUnits) {
      throw new DataError({
        where: 'text',
        got: `${text.length} characters`,
        expected: `at most ${LIMITS.textUnits}`,
        remedy: 'Explain a part of it.',
      })
    }
    const model = await this.open(setup.model)
    const entry = setup.data === undefined ? undefined : this.#data.get(setup.data)
    if (setup.data !== undefined && entry === undefined) throw unknown('data set', setup.data)
    const content = entry?.given.content
    const dataName = entry?.info.name ?? 'data'
    const prepared = await prepare({ setup, model, content, dataName }, this.#explainers)
    const untouched = setup.text === undefined && setup.values === undefined
    const target = content?.kind === 'tabular' ? targetOf(content, model) : undefined
    const labelled =
      content?.kind === 'tabular' && target !== undefined ? { ...content, target } : content
    const truth =
      labelled === undefined || !untouched ? undefined : truthOf(labelled, setup.row ?? 0)
    return { prepared, truth, model }
  }

  /** The same, kept for the questions that follow: segments are found once. */
  async #prepareKept(setup: Setup) {
    const key = JSON.stringify(setup)
    const kept = this.#prepared.get(key) ?? this.#prepare(setup)
    this.#prepared.delete(key)
    this.#prepared.set(key, kept)
    if (this.#prepared.size > KEPT) this.#prepared.delete(this.#prepared.keys().next().value!)
    try {
      return await kept
    } catch (error) {
      this.#prepared.delete(key)
      throw error
    }
  }
}

/** What is known of the channels; the name of an only, unnamed one is none. */
function seriesDetails({ channelNames, samplingRate }: SeriesDataset) {
  const plain = channelNames.every((name, i) => name === `channel ${i}`)
  return { ...(!plain && { channelNames }), ...(samplingRate && { samplingRate }) }
}

function unknown(what: string, id: string): DataError {
  return new DataError({
    where: what,
    got: JSON.stringify(id.slice(0, 100)),
    expected: `a ${what} of the studio`,
    remedy: 'It may have been dropped into an earlier session: drop the file again.',
  })
}
