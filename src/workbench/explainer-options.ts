/**
 * The studio's options as those of an explainer: what the constructor gets, and what `explain` gets.
 */
import { OptionError } from '../contract/errors.ts'
import type { HideChoice } from '../image/hide-segments.ts'
import { type OptionValue, type OptionValues, optionsOf } from './options.ts'
import type { Kind } from './protocol.ts'

/** Options by where they go. */
export interface ExplainerOptionValues {
  readonly constructor: { readonly [name: string]: unknown }
  readonly explain: { readonly [name: string]: unknown }
}

/** The options, translated. `classNames` are those of the model. Throws an OptionError. */
export function explainerOptions(
  kind: Kind,
  options: OptionValues,
  classNames: readonly string[] | undefined,
): ExplainerOptionValues {
  const parts: Record<'constructor' | 'explain' | 'read', { [name: string]: unknown }> = {
    constructor: {},
    explain: {},
    read: {},
  }
  for (const { name, to, default: fallback } of optionsOf(kind)) {
    // What is left to the explainer is not said: some of its choices depend on what was. Only where the studio's default,
    // which is the command line's, is not the explainer's.
    const value = options[name] ?? (SAID.includes(name) ? fallback : null)
    if (value === null) continue
    const [as, is] = translated(kind, name, value, options, classNames)
    if (is !== undefined) parts[to][as] = is
  }
  return parts
}

const SAID = ['numFeatures']

/** Pixels that a picture may have; larger ones are reduced. */
export function maxPixelsOf(options: OptionValues): number {
  const spec = optionsOf('image').find(({ name }) => name === 'maxPixels')!
  return Number(options.maxPixels ?? spec.default)
}

function translated(
  kind: Kind,
  name: string,
  value: OptionValue,
  options: OptionValues,
  classNames: readonly string[] | undefined,
): [name: string, value: unknown] {
  switch (name) {
    case 'label':
      return [
        'labels',
        value === '' || options.topLabels ? undefined : [labelOf(value, classNames)],
      ]
    case 'topLabels':
      return [name, value === 0 ? undefined : value]
    case 'discretizer':
      return value === 'none' ? ['discretizeContinuous', false] : [name, value]
    case 'sampleAroundInstance':
      return [name, value === false ? undefined : value]
    case 'bow':
      return [name, value === 'auto' ? undefined : value === 'yes']
    case 'hide':
      return [name, hideOf(String(value))]
    case 'segments':
      return [name, undefined]
    case 'segmentation':
      return [name, kind === 'image' ? imageSegmentation(String(value), options.segments) : value]
    default:
      return [name, value]
  }
}

/** A class name where the model has one of that name, else an index where it is an integer. */
function labelOf(value: OptionValue, classNames: readonly string[] | undefined): string | number {
  const text = String(value)
  return classNames?.includes(text) !== true && /^\d+$/.test(text) ? Number(text) : text
}

/** As `sodalime explain image --segmentation … --segments …` has it. */
function imageSegmentation(algorithm: string, segments: OptionValue | undefined): unknown {
  if (segments === undefined) return algorithm
  const count = Number(segments)
  if (algorithm === 'grid') {
    const side = Math.max(1, Math.round(Math.sqrt(count)))
    return { algorithm, rows: side, columns: side }
  }
  return { algorithm: 'slic', nSegments: count }
}

function hideOf(text: string): HideChoice {
  if (['mean', 'blur', 'neighbours', 'noise'].includes(text)) return text as HideChoice
  const numbers = text.split(',').map(Number)
  if (/^[\d.,\s-]+$/.test(text) && numbers.every(Number.isFinite)) {
    return numbers.length === 1 ? numbers[0]! : numbers
  }
  throw new OptionError({
    where: 'options.hide',
    got: JSON.stringify(text),
    expected: 'mean, blur, neighbours, noise, or a colour such as 0 or 255,0,0',
    remedy: 'Leave it out for the mean colour of each segment.',
  })
}
