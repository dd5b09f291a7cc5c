/**
 * Activation functions that treat every number by itself, as operations of ONNX.
 *
 * Formulas are Keras's. `hard_sigmoid` is clip(0.2 x + 0.5) in Keras 1 and 2 and relu6(x + 3) / 6 in Keras 3. Functions
 * that ONNX has no operator for are written out; ONNX Runtime joins the common ones again.
 */
import type { GraphBuilder } from '../graph.ts'

/** A function of one value for each number of a tensor. */
export type Elementwise = (graph: GraphBuilder, x: string, settings: Settings) => string

/** Numbers that a function may be given. */
export interface Settings {
  readonly number: (names: readonly string[], otherwise: number) => number
  readonly flag: (name: string, otherwise: boolean) => boolean
  readonly kerasMajor: number
}

/** The functions by Keras's names. */
export const ELEMENTWISE: ReadonlyMap<string, Elementwise> = new Map<string, Elementwise>([
  ['linear', (_, x) => x],
  [
    'relu',
    (g, x, s) =>
      relu(g, x, {
        maximum: s.number(['max_value'], Number.POSITIVE_INFINITY),
        slope: s.number(['negative_slope', 'alpha'], 0),
        threshold: s.number(['threshold'], 0),
      }),
  ],
  ['relu6', (g, x) => relu(g, x, { maximum: 6, slope: 0, threshold: 0 })],
  ['sigmoid', (g, x) => g.node('Sigmoid', [x])],
  ['hard_sigmoid', (g, x, s) => hardSigmoid(g, x, s.kerasMajor)],
  ['tanh', (g, x) => g.node('Tanh', [x])],
  ['hard_tanh', (g, x) => g.node('Clip', [x, g.scalar(-1), g.scalar(1)])],
  ['elu', (g, x, s) => g.node('Elu', [x], { alpha: { float: s.number(['alpha'], 1) } })],
  ['celu', (g, x, s) => celu(g, x, s.number(['alpha'], 1))],
  [
    'selu',
    (g, x) =>
      g.node('Selu', [x], {
        alpha: { float: 1.6732632423543772 },
        gamma: { float: 1.0507009873554805 },
      }),
  ],
  [
    'leaky_relu',
    (g, x, s) =>
      g.node('LeakyRelu', [x], {
        alpha: { float: s.number(['negative_slope', 'alpha'], 0.2) },
      }),
  ],
  ['exponential', (g, x) => g.node('Exp', [x])],
  ['softplus', (g, x) => g.node('Softplus', [x])],
  ['softsign', (g, x) => g.node('Softsign', [x])],
  ['silu', silu],
  ['swish', silu],
  ['hard_silu', hardSilu],
  ['hard_swish', hardSilu],
  ['mish', (g, x) => g.node('Mul', [x, g.node('Tanh', [g.node('Softplus', [x])])])],
  ['gelu', (g, x, s) => (s.flag('approximate', false) ? geluByTanh(g, x) : gelu(g, x))],
  ['log_sigmoid', (g, x) => g.node('Neg', [g.node('Softplus', [g.node('Neg', [x])])])],
  ['tanh_shrink', (g, x) => g.node('Sub', [x, g.node('Tanh', [x])])],
  ['hard_shrink', (g, x, s) => shrink(g, x, s.number(['threshold'], 0.5), 0)],
  [
    'soft_shrink',
    (g, x, s) => {
      const threshold = s.number(['threshold'], 0.5)
      return shrink(g, x, threshold, threshold)
    },
  ],
  [
    'threshold',
    (g, x, s) =>
      g.node('Where', [
        g.node('Greater', [x, g.scalar(s.number(['threshold'], 0))]),
        x,
        g.scalar(s.number(['default_value', 'value'], 0)),
      ]),
  ],
  [
    'squareplus',
    (g, x, s) => {
      const root = g.node('Sqrt', [
        g.node('Add', [g.node('Mul', [x, x]), g.scalar(s.number(['b'], 4))]),
      ])
      return g.node('Mul', [g.node('Add', [x, root]), g.scalar(0.5)])
    },
  ],
  [
    'sparse_sigmoid',
    (g, x) => {
      const clipped = g.node('Clip', [x, g.scalar(-1), g.scalar(1)])
      return g.node('Mul', [g.node('Add', [clipped, g.scalar(1)]), g.scalar(0.5)])
    },
  ],
  ['sparse_plus', sparsePlus],
])

/** max(x, 0) with Keras's three settings: f(x) = slope (x − threshold) below the threshold. */
export function relu(
  graph: GraphBuilder,
  x: string,
  { maximum, slope, threshold }: { maximum: number; slope: number; threshold: number },
): string {
  let y: string
  if (threshold === 0) {
    if (slope === 0 && maximum === Number.POSITIVE_INFINITY) return graph.node('Relu', [x])
    if (slope === 0) return graph.node('Clip', [x, graph.scalar(0), graph.scalar(maximum)])
    y = graph.node('LeakyRelu', [x], { alpha: { float: slope } })
  } else {
    const limit = graph.scalar(threshold)
    const below = graph.node('Mul', [graph.node('Sub', [x, limit]), graph.scalar(slope)])
    y = graph.node('Where', [graph.node('GreaterOrEqual', [x, limit]), x, below])
  }
  return maximum === Number.POSITIVE_INFINITY ? y : graph.node('Min', [y, graph.scalar(maximum)])
}

function hardSigmoid(graph: GraphBuilder, x: string, kerasMajor: number): string {
  const alpha = kerasMajor >= 3 ? 1 / 6 : 0.2
  return graph.node('HardSigmoid', [x], { alpha: { float: alpha }, beta: { float: 0.5 } })
}

function silu(graph: GraphBuilder, x: string): string {
  return graph.node('Mul', [x, graph.node('Sigmoid', [x])])
}

function hardSilu(graph: GraphBuilder, x: string): string {
  return graph.node('Mul', [x, hardSigmoid(graph, x, 3)])
}

/** max(0, x) + min(0, α (exp(x / α) − 1)). */
function celu(graph: GraphBuilder, x: string, alpha: number): string {
  return graph.node('Celu', [x], { alpha: { float: alpha } })
}

/** x (1 + erf(x / √2)) / 2. */
function gelu(graph: GraphBuilder, x: string): string {
  const error = graph.node('Erf', [graph.node('Div', [x, graph.scalar(Math.SQRT2)])])
  const product = graph.node('Mul', [x, graph.node('Add', [error, graph.scalar(1)])])
  return graph.node('Mul', [product, graph.scalar(0.5)])
}

/** x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2. */
function geluByTanh(graph: GraphBuilder, x: string): string {
  const cube = graph.node('Mul', [graph.node('Mul', [x, x]), x])
  const inner = graph.node('Add', [x, graph.node('Mul', [cube, graph.scalar(0.044715)])])
  const scaled = graph.node('Mul', [inner, graph.scalar(Math.sqrt(2 / Math.PI))])
  const outer = graph.node('Add', [graph.node('Tanh', [scaled]), graph.scalar(1)])
  return graph.node('Mul', [graph.node('Mul', [x, outer]), graph.scalar(0.5)])
}

function shrink(graph: GraphBuilder, x: string, lambd: number, bias: number): string {
  return graph.node('Shrink', [x], { lambd: { float: lambd }, bias: { float: bias } })
}

/** 0 up to −1, (x + 1)² / 4 up to 1, then x. */
function sparsePlus(graph: GraphBuilder, x: string): string {
  const shifted = graph.node('Add', [x, graph.scalar(1)])
  const curve = graph.node('Mul', [graph.node('Mul', [shifted, shifted]), graph.scalar(0.25)])
  const above = graph.node('GreaterOrEqual', [x, graph.scalar(1)])
  const below = graph.node('LessOrEqual', [x, graph.scalar(-1)])
  const upper = graph.node('Where', [above, x, curve])
  return graph.node('Where', [below, graph.scalar(0), upper])
}
