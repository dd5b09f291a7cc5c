/**
 * The library that training stands on, @jax-js/jax: arrays, gradients and compiled steps in WebAssembly.
 *
 * Its arrays are counted by hand: a function uses up the arrays it is given, `.ref` keeps one for another use.
 */
import { MissingDependencyError } from '../contract/errors.ts'

export type { Array as JaxArray } from '@jax-js/jax'

/** The library. */
export type Jax = typeof import('@jax-js/jax')

/**
 * Loads the library and its WebAssembly backend, which alone runs in Node. Rejects with a MissingDependencyError where it
 * is not installed.
 */
export async function loadJax(): Promise<Jax> {
  let jax: Jax
  try {
    jax = await import('@jax-js/jax')
  } catch (cause) {
    throw new MissingDependencyError({
      where: 'trainSeriesClassifier',
      got: 'no @jax-js/jax',
      expected: 'the optional library @jax-js/jax, which trains networks',
      remedy: 'Install it with `npm install @jax-js/jax@0.1.25`.',
      cause,
    })
  }
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  return jax
}
