/**
 * Requests as they come from outside, checked: a permalink, the body of a request. What is not known is left out, what
 * is wrong throws a DataError.
 */
import { DataError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import { checkedOptions } from './options.ts'
import {
  type InstancesRequest,
  KINDS,
  type Kind,
  type ManyRequest,
  type Setup,
  type WhatIfRequest,
} from './protocol.ts'

type Fields = { readonly [name: string]: unknown }

/** A setup. */
export function checkSetup(given: unknown): Setup {
  const fields = object(given, 'setup')
  const kind = fields.kind as Kind
  if (!KINDS.includes(kind)) throw wrong('setup.kind', fields.kind, `one of ${KINDS.join(', ')}`)
  const { data, row, values, text } = fields
  return {
    kind,
    model: string(fields.model, 'setup.model', 500),
    ...(data !== undefined && { data: string(data, 'setup.data', 500) }),
    ...(row !== undefined && { row: whole(row, 'setup.row') }),
    ...(values !== undefined && { values: valuesByColumn(values) }),
    ...(text !== undefined && { text: string(text, 'setup.text', Number.POSITIVE_INFINITY) }),
    options: checkedOptions(kind, fields.options ?? {}),
  }
}

/** Which instances are to be listed. */
export function checkInstancesRequest(given: unknown): InstancesRequest {
  const { data, from, count } = object(given, 'request')
  return {
    data: string(data, 'data', 500),
    from: whole(from ?? 0, 'from'),
    count: whole(count ?? 50, 'count'),
  }
}

/** A what-if question. */
export function checkWhatIfRequest(given: unknown): WhatIfRequest {
  const { setup, off } = object(given, 'request')
  return { setup: checkSetup(setup), off: wholes(off ?? [], 'off', 1_000_000) }
}

/** A run over many instances; at most 10,000. */
export function checkManyRequest(given: unknown): ManyRequest {
  const { setup, rows, pick } = object(given, 'request')
  return {
    setup: checkSetup(setup),
    rows: wholes(rows, 'rows', 10_000),
    pick: Math.max(1, Math.min(100, whole(pick ?? 5, 'pick'))),
  }
}

function object(given: unknown, where: string): Fields {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Fields
  throw wrong(where, given, 'an object')
}

function string(given: unknown, where: string, most: number): string {
  if (typeof given === 'string' && given.length <= most) return given
  throw wrong(where, given, `a text of at most ${most} characters`)
}

function whole(given: unknown, where: string): number {
  if (Number.isSafeInteger(given) && (given as number) >= 0) return given as number
  throw wrong(where, given, 'an integer from 0')
}

function wholes(given: unknown, where: string, most: number): readonly number[] {
  if (!Array.isArray(given) || given.length > most) {
    throw wrong(where, given, `a list of at most ${most} numbers`)
  }
  return given.map((one) => whole(one, where))
}

function valuesByColumn(given: unknown): { readonly [column: string]: Value } {
  const entries = Object.entries(object(given, 'setup.values'))
  for (const [column, value] of entries) {
    const fits = value === null || ['number', 'string', 'boolean'].includes(typeof value)
    if (!fits)
      throw wrong(`setup.values, ${column.slice(0, 100)}`, value, 'a number, a text or null')
  }
  return Object.fromEntries(entries as [string, Value][])
}

function wrong(where: string, given: unknown, expected: string): DataError {
  const got = JSON.stringify(given) ?? 'nothing'
  return new DataError({
    where,
    got: got.length > 100 ? `${got.slice(0, 100)}…` : got,
    expected,
    remedy: 'Open the studio again, and choose anew.',
  })
}
