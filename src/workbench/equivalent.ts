/**
 * A setup as the command line and as the TypeScript code that give the same explanation, ready to copy.
 *
 * Words of the command line are quoted for POSIX shells, literals of the code as JSON, which JavaScript reads alike.
 */
import { explainerOptions, maxPixelsOf } from './explainer-options.ts'
import { optionsOf } from './options.ts'
import type { DataInfo, Kind, ModelInfo, Setup } from './protocol.ts'

/** What a setup names, as far as the catalogue knows it. */
export interface Named {
  readonly setup: Setup
  readonly model: ModelInfo
  readonly data?: DataInfo | undefined
  /** Pictures: the file's name within the data. */
  readonly instanceName?: string | undefined
  /** Texts of a data set: the text itself. */
  readonly text?: string | undefined
}

/** One command line. */
export function commandLine({ setup, model, data, instanceName, text }: Named): string {
  const { kind, row = 0, values, options } = setup
  const words = ['sodalime', 'explain', kind, '--model', model.source]
  if (model.saidClassNames) {
    words.push(
      '--class-names',
      model.saidClassNames.map((one) => one.replaceAll(',', '\\,')).join(),
    )
  }
  if ((kind === 'tabular' || kind === 'series') && data !== undefined) {
    words.push('--data', data.source)
    if (data.target !== undefined) words.push('--target', data.target)
    words.push('--row', String(row))
    if (data.channelNames) {
      words.push(
        '--channel-names',
        data.channelNames.map((one) => one.replaceAll(',', '\\,')).join(),
      )
    }
    if (data.samplingRate) words.push('--sampling-rate', String(data.samplingRate))
  }
  if (kind === 'tabular' && values) words.push('--instance', JSON.stringify(values))
  for (const { name, flag, type } of optionsOf(kind)) {
    const value = options[name]
    if (value === undefined || value === null) continue
    if (name === 'label' && options.topLabels) continue
    if (name === 'bow') words.push(value === 'yes' ? '--bow' : '--no-bow')
    else if (type === 'boolean') words.push(flag)
    // A value that begins with a hyphen would be taken for a flag.
    else if (String(value).startsWith('-')) words.push(`${flag}=${value}`)
    else words.push(flag, String(value))
  }
  if (kind === 'image') {
    if (options.maxPixels === undefined) words.push('--max-pixels', String(maxPixelsOf(options)))
    words.push(pathOf(data, instanceName))
  }
  if (kind === 'text') {
    const whole = setup.text ?? text ?? ''
    // A text that begins with a hyphen would be taken for a flag.
    words.push(...(whole.startsWith('-') ? ['--', whole] : [whole]))
  }
  return words.map(shellWord).join(' ')
}

/** A module that explains the same and prints the weights. */
export function typescriptCode(named: Named): string {
  const { setup, model } = named
  const { kind, options } = setup
  const { constructor: fixed, explain } = explainerOptions(kind, options, model.classNames)
  const said = model.saidClassNames ? { onnx: { classNames: model.saidClassNames } } : undefined
  const opening = kind === 'image' ? { ...said, defaults: { image: { resize: 'stretch' } } } : said
  const open = `const model = await openModel(${literal(model.source)}${opening ? `, ${literal(opening)}` : ''})`
  const { imports, read, learnt, given, instance } = PARTS[kind](named)
  const optionsText = objectText({ ...given, ...fixed })
  const explainText = objectText(explain)
  const explainer = EXPLAINERS[kind]
  return `import { ${explainer} } from 'sodalime'
${imports}import { openModel } from 'sodalime/models'

${read}${open}
const explainer = new ${explainer}(${[...learnt, ...optionsText].join(', ')})
const explanation = await explainer.explain(${[instance, 'model', ...explainText].join(', ')})
console.log(explanation.asList())
await model.close()
`
}

const EXPLAINERS = {
  tabular: 'TabularExplainer',
  text: 'TextExplainer',
  image: 'ImageExplainer',
  series: 'SeriesExplainer',
} as const satisfies { readonly [kind in Kind]: string }

interface CodeParts {
  /** Import lines beside those of all. */
  readonly imports: string
  /** Lines that read the data. */
  readonly read: string
  /** First arguments of the constructor. */
  readonly learnt: readonly string[]
  /** Options of the constructor that come from the data; raw code stands in a `Code`. */
  readonly given: { readonly [name: string]: unknown }
  /** The instance as code. */
  readonly instance: string
}

/** Text that is code already. */
class Code {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const PARTS: { readonly [kind in Kind]: (named: Named) => CodeParts } = {
  tabular: ({ setup: { row = 0, values }, data }) => {
    const source = literal(data?.source ?? '')
    const target = data?.target
    const read =
      target === undefined
        ? `const features = await readTable(${source})\n`
        : `const { features } = takeTarget(await readTable(${source}), ${literal(target)})\n`
    const changes = values
      ? `const changes = new Map(Object.entries(${literal(values)}))
const row = features.rows[${row}].map((value, i) => changes.get(features.columnNames[i]) ?? value)\n`
      : ''
    return {
      imports: `import { readTable${target === undefined ? '' : ', takeTarget'} } from 'sodalime/data'\n`,
      read: read + changes,
      learnt: ['features.rows'],
      given: { featureNames: new Code('features.columnNames') },
      instance: values ? 'row' : `features.rows[${row}]`,
    }
  },
  text: ({ setup, text }) => ({
    imports: '',
    read: `const text = ${literal(setup.text ?? text ?? '')}\n`,
    learnt: [],
    given: {},
    instance: 'text',
  }),
  image: ({ setup, data, instanceName }) => ({
    imports: "import { readImage } from 'sodalime/data'\n",
    read: `const image = await readImage(${literal(pathOf(data, instanceName))}, { maxPixels: ${maxPixelsOf(setup.options)} })\n`,
    learnt: [],
    given: {},
    instance: 'image',
  }),
  series: ({ setup: { row = 0, options }, data }) => ({
    imports: "import { readSeries } from 'sodalime/data'\n",
    read: `const { instances } = await readSeries(${literal(data?.source ?? '')})\n`,
    learnt: [],
    given: {
      ...(data?.channelNames && { channelNames: data.channelNames }),
      ...(data?.samplingRate && { samplingRate: data.samplingRate }),
      ...(['training-mean', 'noise'].includes(String(options.replacement)) && {
        trainingData: new Code('instances'),
      }),
    },
    instance: `instances[${row}]`,
  }),
}

/** The object as an argument, or none where it is empty. */
function objectText(values: { readonly [name: string]: unknown }): string[] {
  const entries = Object.entries(values)
  if (entries.length === 0) return []
  return [
    `{ ${entries.map(([name, value]) => `${name}: ${value instanceof Code ? value.text : literal(value)}`).join(', ')} }`,
  ]
}

/** JSON is JavaScript, but for two line separators, and for what would end a script element. */
function literal(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
    .replaceAll('</', '<\\/')
}

function pathOf(data: DataInfo | undefined, name: string | undefined): string {
  const source = data?.source ?? ''
  if (name === undefined || source === name || source.endsWith(`/${name}`)) return source
  return `${source.replace(/[/\\]$/, '')}/${name}`
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}
