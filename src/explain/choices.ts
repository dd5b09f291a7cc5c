/**
 * What may be asked for by name. Checked before anything is computed, so it stands apart from what computes it.
 */

/** Names of the methods, as in Python LIME. */
export const FEATURE_SELECTIONS = [
  'auto',
  'forward_selection',
  'highest_weights',
  'lasso_path',
  'none',
] as const
export type FeatureSelection = (typeof FEATURE_SELECTIONS)[number]

/** Names of the built-in surrogates. */
export const SURROGATES = ['ridge', 'lasso', 'ols', 'tree'] as const
export type SurrogateName = (typeof SURROGATES)[number]
