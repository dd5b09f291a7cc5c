export type { FixedSpan, SpanUnits } from './fixed-spans.ts'
export type { SplitExpression } from './split-text.ts'
export { TextExplainer } from './text-explainer.ts'
export {
  TEXT_UNITS,
  type TextExplainerOptions,
  type TextExplainOptions,
  type TextUnit,
} from './text-options.ts'
