/**
 * Time series in Weka's ARFF, as the UCR and UEA archives hold them.
 *
 * 1. One channel: numeric attributes are the time steps, and the last attribute, if it is not numeric, the class.
 * 2. Several channels: one relational attribute whose value is quoted text, a line for each channel (`\n` between them),
 *    and the class after it.
 *
 * `%` begins a comment, `?` is missing. Sparse rows (`{0 1.5, …}`) are refused.
 */
import { DataError } from '../contract/errors.ts'
import { checkOptions } from '../contract/nearest.ts'
import {
  checkInstances,
  classNamesOf,
  numberedChannels,
  readLabels,
  readSample,
  type SeriesDataset,
  seriesOf,
} from './series-dataset.ts'

/** How an ARFF file is read. */
export interface ArffOptions {
  /** The file's name in messages. Default: `ARFF`. */
  readonly name?: string | undefined
}

interface Attribute {
  readonly kind: 'numeric' | 'relational' | 'other'
  /** The values of a nominal attribute. */
  readonly values: readonly string[]
}

/** The series in an ARFF text. Throws a DataError with file and line. */
export function parseArff(text: string, options: ArffOptions = {}): SeriesDataset {
  checkOptions('parseArff, options', options, ['name'])
  const name = options.name ?? 'ARFF'
  const attributes: Attribute[] = []
  const rows: { cells: string[]; at: string }[] = []
  let inData = false
  let nested = false
  text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .forEach((raw, index) => {
      const line = raw.trim()
      if (line === '' || line.startsWith('%')) return
      const at = `${name}, line ${index + 1}`
      if (inData) {
        rows.push({ cells: splitRow(line, at), at })
        return
      }
      const word = line.split(/\s/, 1)[0]!.toLowerCase()
      if (word === '@data') inData = true
      else if (word === '@end') nested = false
      else if (word === '@attribute' && !nested) {
        const attribute = readAttribute(line, at)
        attributes.push(attribute)
        nested = attribute.kind === 'relational'
      } else if (!word.startsWith('@')) {
        throw new DataError({
          where: at,
          got: JSON.stringify(line.slice(0, 40)),
          expected: 'a line that begins with @ or %, before @data',
          remedy: 'Check that this is an ARFF file.',
        })
      }
    })
  checkInstances(rows.length, name)
  const last = attributes[attributes.length - 1]
  const labelled = last !== undefined && last.kind === 'other'
  const labelTexts: string[] = []
  const instances = rows.map(({ cells, at }) => {
    if (cells.length !== attributes.length) {
      throw new DataError({
        where: at,
        got: `${cells.length} values`,
        expected: `${attributes.length}, one for each @attribute`,
        remedy: 'Quote values that hold commas.',
      })
    }
    if (labelled) labelTexts.push(unquoted(cells[cells.length - 1]!))
    return seriesOf(readChannels(cells.slice(0, labelled ? -1 : undefined), attributes, at))
  })
  const labels = labelled ? readLabels(labelTexts) : null
  return {
    instances,
    labels,
    classNames:
      labels === null ? [] : last!.values.length > 0 ? last!.values : classNamesOf(labels),
    channelNames: numberedChannels(instances[0]!.cols),
  }
}

function readAttribute(line: string, at: string): Attribute {
  const match = /^@attribute\s+(?:'[^']*'|"[^"]*"|\S+)\s+(.+)$/i.exec(line)
  const type = match?.[1]?.trim()
  if (type === undefined) {
    throw new DataError({
      where: at,
      got: JSON.stringify(line.slice(0, 60)),
      expected: '@attribute name type',
      remedy: 'Mend the line.',
    })
  }
  if (type.startsWith('{')) {
    const values = type.slice(1, type.lastIndexOf('}')).split(',').map(unquoted)
    return { kind: 'other', values }
  }
  const word = type.split(/\s/, 1)[0]!.toLowerCase()
  if (word === 'numeric' || word === 'real' || word === 'integer')
    return { kind: 'numeric', values: [] }
  return { kind: word === 'relational' ? 'relational' : 'other', values: [] }
}

/** The values of a row, split at commas outside of quotes, quotes kept. */
function splitRow(line: string, at: string): string[] {
  if (line.startsWith('{')) {
    throw new DataError({
      where: at,
      got: 'a sparse row',
      expected: 'all values of the row',
      remedy: 'Write the file without the sparse format.',
    })
  }
  const cells: string[] = []
  let cell = ''
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!
    if (quote === '' && character === ',') {
      cells.push(cell)
      cell = ''
      continue
    }
    if (character === '\\' && quote !== '') {
      cell += character + (line[++i] ?? '')
      continue
    }
    if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (character === quote) quote = ''
    cell += character
  }
  if (quote !== '') {
    throw new DataError({
      where: at,
      got: 'a quote that is not closed',
      expected: `a second ${quote} in the line`,
      remedy: 'Mend the line, or check that the file was written to the end.',
    })
  }
  cells.push(cell)
  return cells.map((one) => one.trim())
}

/** The channels of one instance, in time. */
function readChannels(
  cells: readonly string[],
  attributes: readonly Attribute[],
  at: string,
): number[][] {
  if (attributes[0]?.kind !== 'relational') {
    const values = cells.map((cell, t) => readSample(cell, () => `${at}, value ${t}`))
    while (values.length > 1 && Number.isNaN(values[values.length - 1]!)) values.pop()
    return [values]
  }
  const channels = unquoted(cells[0]!)
    .split(/\\n|\n/)
    .map((channel, index) =>
      channel
        .split(',')
        .map((cell, t) => readSample(cell, () => `${at}, channel ${index}, value ${t}`)),
    )
  const lengths = channels.map((channel) => channel.length)
  if (lengths.every((length) => length === lengths[0])) return channels
  throw new DataError({
    where: at,
    got: `channels of ${lengths.join(', ')} values`,
    expected: 'channels of one length in each instance',
    remedy: 'Cut or resample them to one length first.',
  })
}

function unquoted(cell: string): string {
  const text = cell.trim()
  const quote = text[0]
  const quoted = (quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote)
  return quoted ? text.slice(1, -1) : text
}
