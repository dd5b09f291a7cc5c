/**
 * Anchors: rules that hold a prediction in place: `sodalime/anchors`.
 */
export * from '../contract/anchor.ts'
export * from './explain-anchor.ts'
export * from './kl-bounds.ts'
