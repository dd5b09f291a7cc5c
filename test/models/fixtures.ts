/**
 * The small models of test/fixtures/models (made by tools/make-onnx-fixtures.py) and the outputs that the libraries
 * they come from compute for them.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TableRow } from '../../src/contract/index.ts'

/** What stands beside a model. */
export interface Case {
  readonly rows: readonly TableRow[]
  readonly expected: readonly (readonly number[])[]
  readonly classNames?: readonly string[]
  readonly columns?: readonly string[]
  readonly softmax?: readonly (readonly number[])[]
  readonly shape?: readonly number[]
}

/** The path of a fixture. */
export function fixture(file: string): string {
  return fileURLToPath(new URL(`../fixtures/models/${file}`, import.meta.url))
}

/** The expectations beside NAME.onnx. */
export function expectations(name: string): Case {
  return JSON.parse(readFileSync(fixture(`${name}.json`), 'utf8')) as Case
}
