/**
 * What the whole page knows: the backend, its catalogue, whether it can be reached, the view that is shown.
 */
import { computed, signal } from '@preact/signals'
import type { Catalogue, DataInfo, Failure, ModelInfo } from 'sodalime/workbench'
import { type Backend, failureFrom } from '../backend/backend.ts'

/** The views. */
export const VIEWS = ['explain', 'compare', 'many', 'history'] as const
export type View = (typeof VIEWS)[number]

/** Which view is shown. */
export const view = signal<View>('explain')

/** All there is to choose from; undefined until it is loaded. */
export const catalogue = signal<Catalogue | undefined>(undefined)

/** Whether the backend can be reached. */
export const link = signal<'connecting' | 'up' | 'down'>('connecting')

/** What went wrong beside a run: a file that was refused, a list that could not be read. */
export const notice = signal<Failure | undefined>(undefined)

/** Models by id. */
export const modelsById = computed(
  () => new Map<string, ModelInfo>(catalogue.value?.models.map((one) => [one.id, one])),
)

/** Data sets by id. */
export const dataById = computed(
  () => new Map<string, DataInfo>(catalogue.value?.data.map((one) => [one.id, one])),
)

let chosen: Backend | undefined

/** The backend. */
export function backend(): Backend {
  if (chosen === undefined) throw new Error('The studio has not begun.')
  return chosen
}

/** Begins with a backend: loads its catalogue, now and whenever it changes. */
export async function begin(one: Backend): Promise<void> {
  chosen = one
  one.watch((state) => {
    if (state === 'down') link.value = 'down'
    else if (state === 'up') {
      const again = link.value === 'down' || catalogue.value === undefined
      link.value = 'up'
      if (again) loadCatalogue()
    } else loadCatalogue()
  })
  await loadCatalogue()
}

/** Loads the catalogue anew. */
export async function loadCatalogue(): Promise<void> {
  try {
    catalogue.value = await backend().catalogue()
    if (link.value === 'connecting') link.value = 'up'
  } catch (error) {
    const failure = failureFrom(error)
    if (failure.name === 'Disconnected') link.value = 'down'
    else notice.value = failure
  }
}
