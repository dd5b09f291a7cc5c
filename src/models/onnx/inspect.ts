/**
 * What an ONNX file holds, read without a runtime: nothing is run, no weight is decoded.
 */
import type { Task } from '../../contract/index.ts'
import { trueInputs, typeText, withoutZipMaps } from './graph.ts'
import type { Dimension, OnnxModel, TensorType, ValueInfo } from './model-proto.ts'
import { openGraph } from './open-graph.ts'
import { planOutput } from './output-plan.ts'
import { type ModelSource, readSource } from './read-source.ts'

/** One input or output of a model. */
export interface OnnxValue {
  readonly name: string
  /** The type as text: `float32[N, 4]`, `sequence(map(int64, float32))`. */
  readonly type: string
  /** The element type of a tensor; null for sequences and maps. */
  readonly element: TensorType | null
  /** Sizes: a number, the name of a free size, or null for an unnamed one; null where the file gives none. */
  readonly shape: readonly Dimension[] | null
}

/** What an ONNX file holds. Plain JSON data. */
export interface OnnxInspection {
  /** The path or URL, or a word for bytes. */
  readonly source: string
  readonly bytes: number
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  /** The tensors that are read as the model's answer, and whether they are numbers or labels only; null where there are none. */
  readonly answer: {
    readonly tensors: readonly string[]
    readonly kind: 'scores' | 'labels'
  } | null
  /** Class names found in the graph. */
  readonly classNames: readonly string[] | null
  /** What the model seems to be for; null where the graph does not tell. */
  readonly task: Task | null
  /** What the task was told by. */
  readonly taskReason: string
  /** The program that wrote the file, with its version. */
  readonly producer: string
  readonly irVersion: number
  /** Versions of the operator sets: `{ 'ai.onnx': 17, 'ai.onnx.ml': 3 }`. */
  readonly opsets: { readonly [domain: string]: number }
  /** How often each operation occurs, most often first. */
  readonly operators: { readonly [operator: string]: number }
  readonly metadata: { readonly [key: string]: string }
}

/** Reads what `source` holds. Rejects with a PredictorError where it is missing, cut off, or no ONNX. */
export async function inspectOnnx(source: ModelSource): Promise<OnnxInspection> {
  const { name, bytes } = await readSource(source)
  return inspectModel(name, bytes.length, openGraph(name, bytes))
}

/** The same of a model that is decoded already. */
export function inspectModel(source: string, bytes: number, model: OnnxModel): OnnxInspection {
  const { graph, opsets, producer, producerVersion, irVersion, metadata } = model
  const counts = new Map<string, number>()
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1)
  const plan = planQuietly(source, model)
  return {
    source,
    bytes,
    inputs: trueInputs(graph).map(describe),
    outputs: graph.outputs.map(describe),
    answer: plan === undefined ? null : { tensors: plan.tensors, kind: plan.kind },
    classNames: plan?.classNames ?? null,
    task: plan?.task ?? null,
    taskReason: plan?.taskReason ?? 'no output that can be read',
    producer: [producer, producerVersion].filter(Boolean).join(' '),
    irVersion,
    opsets: Object.fromEntries(
      opsets.map(({ domain, version }) => [domain === '' ? 'ai.onnx' : domain, version]),
    ),
    operators: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])),
    metadata: metadata ?? {},
  }
}

function describe({ name, type }: ValueInfo): OnnxValue {
  const tensor = type.kind === 'tensor' ? type : undefined
  return {
    name,
    type: typeText(type),
    element: tensor?.type ?? null,
    shape: tensor?.shape ?? null,
  }
}

/** An inspection shows what there is, also of a model that cannot be used. */
function planQuietly(source: string, model: OnnxModel): ReturnType<typeof planOutput> | undefined {
  try {
    return planOutput(source, withoutZipMaps(model), {})
  } catch {
    return undefined
  }
}
