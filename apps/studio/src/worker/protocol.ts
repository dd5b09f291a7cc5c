/** What the page and its worker say to each other. */
import type { Failure } from 'sodalime/workbench'

/** The calls that a worker answers. */
export type Method = 'begin' | 'catalogue' | 'instances' | 'explain' | 'whatIf' | 'many' | 'drop'

/** To the worker. */
export type ToWorker =
  | { readonly id: number; readonly call: Method; readonly body: unknown }
  | { readonly id: number; readonly abort: true }

/** From the worker; `changed`: the catalogue. */
export type FromWorker =
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly changed: true }
