/**
 * The instances of a data set: short previews for a list, and the one that a setup names.
 */
import { DataError } from '../contract/errors.ts'
import type { RasterImage, SeriesInput, Value } from '../contract/instance.ts'
import type { Table } from '../data/table.ts'
import { pictureDataUrl } from '../image/png-data-url.ts'
import type { ColumnInfo, InstancePreview, InstancesRequest, Setup } from './protocol.ts'
import type { DataContent } from './read-data.ts'

/** Instances listed at once. */
const MOST_LISTED = 200
/** UTF-16 units of a text in a list. */
const LISTED_UNITS = 300
/** Steps of a series in a list. */
const LISTED_STEPS = 100
/** Pixels of a picture in a list. */
const LISTED_PIXELS = 96 * 96
/** Categories of a column that are listed. */
const MOST_CATEGORIES = 200

/** How many instances the data set holds. */
export function countOf(content: DataContent): number {
  switch (content.kind) {
    case 'tabular':
      return content.table.rows.length
    case 'text':
      return content.texts.length
    case 'image':
      return content.pictures.length
    case 'series':
      return content.series.instances.length
  }
}

/** The true label of one instance. */
export function truthOf(content: DataContent, row: number): string | undefined {
  switch (content.kind) {
    case 'tabular': {
      const { table, target } = content
      if (target === undefined) return undefined
      const value = table.rows[row]?.[table.columnNames.indexOf(target)]
      if (value === undefined || value === null) return undefined
      const named = table.targetNames?.[Number(value)]
      return table.naming === 'scikit-learn' && named !== undefined ? named : String(value)
    }
    case 'text':
      return undefined
    case 'image':
      return content.pictures[row]?.truth
    case 'series': {
      const label = content.series.labels?.[row]
      return label === undefined ? undefined : String(label)
    }
  }
}

/** Columns of a table, for a form. */
export function columnsOf({ columnNames, types, rows }: Table): ColumnInfo[] {
  return columnNames.map((name, column) => {
    if (types[column] === 'number') {
      let low = Number.POSITIVE_INFINITY
      let high = Number.NEGATIVE_INFINITY
      for (const row of rows) {
        const value = row[column]
        if (typeof value !== 'number') continue
        if (value < low) low = value
        if (value > high) high = value
      }
      return { name, type: 'number', categories: [], ...(low <= high && { range: [low, high] }) }
    }
    const categories = new Set<string>()
    for (const row of rows) {
      const value = row[column]
      if (value !== null && value !== undefined) categories.add(String(value))
      if (categories.size >= MOST_CATEGORIES) break
    }
    return { name, type: 'category', categories: [...categories].sort() }
  })
}

/** Short previews of some instances; at most 200 at once. */
export async function previews(
  content: DataContent,
  { from, count }: Pick<InstancesRequest, 'from' | 'count'>,
): Promise<InstancePreview[]> {
  const end = Math.min(countOf(content), from + Math.min(MOST_LISTED, count))
  const found: InstancePreview[] = []
  for (let row = Math.max(0, from); row < end; row++) {
    const truth = truthOf(content, row)
    found.push({ row, ...(truth !== undefined && { truth }), ...(await preview(content, row)) })
  }
  return found
}

async function preview(content: DataContent, row: number): Promise<Omit<InstancePreview, 'row'>> {
  switch (content.kind) {
    case 'tabular':
      return { values: content.table.rows[row]! }
    case 'text':
      return { text: content.texts[row]!.slice(0, LISTED_UNITS) }
    case 'image': {
      const { name, read } = content.pictures[row]!
      try {
        return { name, picture: await pictureDataUrl(await read(LISTED_PIXELS)) }
      } catch {
        // The list goes on; whoever picks it is told what is wrong with it.
        return { name }
      }
    }
    case 'series': {
      const { data, rows, cols } = content.series.instances[row]!
      const steps = Math.min(rows, LISTED_STEPS)
      const line = Array.from(
        { length: steps },
        (_, step) => data[Math.floor((step * rows) / steps) * cols]!,
      )
      return { line: line.map((value) => (Number.isFinite(value) ? value : 0)) }
    }
  }
}

/** The row of a table, with the changed values in place. Values are in the order of `features`. */
export function tableRow(features: Table, setup: Setup): readonly Value[] {
  const row = at(features.rows, setup)
  const { values } = setup
  if (values === undefined) return row
  return features.columnNames.map((name, column) => {
    if (!Object.hasOwn(values, name)) return row[column]!
    const value = values[name] as Value
    if (value === null) return null
    const number = features.types[column] === 'number'
    if (number ? typeof value === 'number' && Number.isFinite(value) : typeof value !== 'object') {
      return number || typeof value === 'boolean' ? value : String(value)
    }
    throw new DataError({
      where: `value of ${JSON.stringify(name)}`,
      got: JSON.stringify(value),
      expected: number ? 'a finite number, or nothing' : 'a category',
      remedy: 'Give another value.',
    })
  })
}

/** The text of a setup: its own, or that of the data set. */
export function textOf(content: DataContent | undefined, setup: Setup): string {
  if (setup.text !== undefined) return setup.text
  return at(content?.kind === 'text' ? content.texts : [], setup)
}

/** The picture of a setup, reduced to at most `maxPixels`. */
export function pictureOf(
  content: DataContent | undefined,
  setup: Setup,
  maxPixels: number,
): Promise<RasterImage> {
  return at(content?.kind === 'image' ? content.pictures : [], setup).read(maxPixels)
}

/** The series of a setup. */
export function seriesOf(content: DataContent | undefined, setup: Setup): SeriesInput {
  return at(content?.kind === 'series' ? content.series.instances : [], setup)
}

function at<Instance>(all: readonly Instance[], { row = 0 }: Setup): Instance {
  const found = all[row]
  if (found !== undefined) return found
  throw new DataError({
    where: 'instance',
    got: `number ${row}`,
    expected: all.length === 0 ? 'data of that kind' : `0 to ${all.length - 1}`,
    remedy: 'Choose an instance of the data.',
  })
}
