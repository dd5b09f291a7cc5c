/**
 * Python LIME's option names and values in sodalime's: `num_features` → `numFeatures`, null → absent.
 */
import type { SurrogateChoice } from '../../src/explain/surrogate.ts'

/** Renames every option; a value of null means the default and is dropped. */
export function fromPython(options: { readonly [name: string]: unknown }): {
  [name: string]: unknown
} {
  const entries = Object.entries(options).filter(([, value]) => value !== null)
  return Object.fromEntries(
    entries.map(([name, value]) => [name.replace(/_([a-z])/g, (_, c) => c.toUpperCase()), value]),
  )
}

/** The surrogate that `model_regressor` names; `undefined` for the default. */
export function surrogateOf(name: string | null | undefined): SurrogateChoice | undefined {
  if (name === null || name === undefined) return undefined
  if (name === 'ols') return 'ols'
  const [type, alpha] = name.split('-')
  if (type === 'ridge' || type === 'lasso') return { type, alpha: Number(alpha) }
  throw new Error(`unknown model_regressor ${name}`)
}
