/**
 * Settings as they stand in an explanation.
 */
import { exponentialKernel } from '../math/kernel.ts'
import type { Settings } from './settings.ts'

/** Settings as JSON for the explanation: functions and objects by name. */
export function describeSettings(settings: Settings): { [name: string]: unknown } {
  const { kernel, control, onPartial, distanceMetric, distanceScale, surrogate, python, ...all } =
    settings
  const { findWidth, kernelAsked, fitAsked, tolerance, maxSamples, background, ...rest } = all
  const described: { [name: string]: unknown } = {
    ...rest,
    ...(background && { background: background.length }),
    ...(settings.numSamples === 'auto' && { tolerance, maxSamples }),
    kernel: kernel === exponentialKernel ? 'exponential' : 'custom',
    distanceMetric: typeof distanceMetric === 'string' ? distanceMetric : 'custom',
    surrogate: typeof surrogate === 'object' && 'fit' in surrogate ? 'custom' : surrogate,
    compatibility: python ? 'python' : 'sodalime',
  }
  return Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined))
}
