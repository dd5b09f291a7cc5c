/**
 * `--background`: the rows of a table whose values stand for what is off in Shapley values. So many rows of the data, drawn
 * by the seed, or the rows of a file, of which the columns that the model takes are used.
 */
import type { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { TableRow } from '../contract/instance.ts'
import { readTable } from '../data/read-table.ts'
import { selectColumns, type Table } from '../data/table.ts'
import { derive } from '../math/random-state.ts'
import { type TableFlags, tableReading } from './table-options.ts'

/** What the flag gives. */
export interface BackgroundFlags {
  readonly background?: string
}

/** Adds the flag to a command. */
export function addBackgroundOption(command: Command): Command {
  return command.option(
    '--background <n|file>',
    'with --method shap: so many rows of the data, or the rows of a file, stand for what is off (default: one typical row)',
  )
}

/** The rows that the flag asks for; undefined without it. Throws where there are none, or the method takes none. */
export async function backgroundRows(
  {
    background,
    method,
    seed,
    ...flags
  }: BackgroundFlags & TableFlags & { readonly method?: string; readonly seed: number },
  features: Table,
): Promise<readonly TableRow[] | undefined> {
  if (background === undefined) return undefined
  if (method !== 'shap') {
    throw new OptionError({
      where: '--background',
      got: `--background ${background} without --method shap`,
      expected: 'Shapley values',
      remedy: 'Add --method shap: other explanations draw what is off from the data.',
    })
  }
  if (!/^[-+]?[\d.]+$/.test(background)) {
    const types = Object.fromEntries(
      features.columnNames.map((name, c) => [name, features.types[c]!]),
    )
    const table = await readTable(background, { ...tableReading(flags), types })
    return selectColumns(table, features.columnNames, background).rows
  }
  const count = Number(background)
  const known = features.rows.length
  if (!Number.isInteger(count) || count < 1 || count > known) {
    throw new OptionError({
      where: '--background',
      got: background,
      expected: `a file, or a number of rows from 1 to ${known}, as many as the data has`,
      remedy: 'Some tens of rows are usually enough: each is asked about with every coalition.',
    })
  }
  const drawn = derive(seed, known).choiceWithoutReplacement(known, count)
  return Array.from(drawn, (i) => features.rows[i]!)
}
