/**
 * Whether a model computes long enough to be worth a thread of its own.
 *
 * A worker costs about 0.2 s to start and 0.1 ms a batch. What a batch costs is not known before it runs; models with
 * convolutions or recurrent layers, and large ones, take milliseconds an instance, small tables' models microseconds.
 */
import type { OnnxGraph } from './model-proto.ts'

const LONG = ['Conv', 'ConvTranspose', 'LSTM', 'GRU', 'RNN', 'Attention', 'Loop', 'Scan']

const LARGE_BYTES = 2 ** 18

/** True for the models that run in a worker by default; `bytes` = size of the file. Browsers are asked for it explicitly. */
export function computesLong(graph: OnnxGraph, bytes: number): boolean {
  const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined
  return inNode && (bytes > LARGE_BYTES || graph.nodes.some(({ op }) => LONG.includes(op)))
}
