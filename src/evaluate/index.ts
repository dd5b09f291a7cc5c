/**
 * Is an explanation any good? Measures, and methods side by side: `sodalime/evaluate`.
 */

export { effectiveSampleSize } from '../math/weighted-statistics.ts'
export * from './attribution.ts'
export * from './complexity.ts'
export * from './curves.ts'
export * from './evaluate-methods.ts'
export * from './fidelity.ts'
export * from './ground-truth.ts'
export * from './localisation.ts'
export * from './random-explanation.ts'
export * from './stability.ts'
