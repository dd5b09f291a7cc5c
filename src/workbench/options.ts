/**
 * The options of an explanation as the studio offers them: one table, from which the form, the checks, the command line
 * and the TypeScript code are made.
 *
 * Names, defaults and meanings are those of the explainers; where the default depends on the data it is `null`, and the
 * form says what it depends on. The explainers check values again.
 */
import { OptionError } from '../contract/errors.ts'
import { didYouMean } from '../contract/nearest.ts'
import type { Kind } from './protocol.ts'

/** The value of an option. */
export type OptionValue = number | string | boolean

/** Options by name. */
export type OptionValues = { readonly [name: string]: OptionValue }

/** One option. */
export interface OptionSpec {
  /** Its name in the API. */
  readonly name: string
  /** Its flag on the command line; for a boolean the flag that sets it. */
  readonly flag: string
  /** Where it goes: the explainer's constructor, `explain`, or the reading of the picture. */
  readonly to: 'constructor' | 'explain' | 'read'
  readonly type: 'integer' | 'number' | 'choice' | 'boolean' | 'text'
  readonly choices?: readonly string[]
  readonly least?: number
  readonly most?: number
  /** `null`: it depends on the data, as `help` says. */
  readonly default: OptionValue | null
  /** One line. */
  readonly help: string
  /** Offered at first sight, without opening all options. */
  readonly prominent?: boolean
}

/** The options of a kind of instance, in the order of the form. */
export function optionsOf(kind: Kind): readonly OptionSpec[] {
  return TABLE[kind]
}

/**
 * The options that differ from their defaults, checked: unknown names, wrong types and values out of range throw an
 * OptionError.
 */
export function checkedOptions(kind: Kind, given: unknown): OptionValues {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw wrong('options', given, 'an object of options by name')
  }
  const specs = optionsOf(kind)
  const checked: { [name: string]: OptionValue } = {}
  for (const [name, value] of Object.entries(given)) {
    const spec = specs.find((one) => one.name === name)
    if (spec === undefined) {
      const names = specs.map((one) => one.name)
      throw new OptionError({
        where: `options.${name}`,
        got: 'an unknown option',
        expected: `one of ${names.join(', ')}`,
        remedy: didYouMean(name, names, 'Leave it out.'),
      })
    }
    checkValue(spec, value)
    if (value !== spec.default) checked[name] = value as OptionValue
  }
  return checked
}

function checkValue(spec: OptionSpec, value: unknown): void {
  const { name, type, choices, least = Number.NEGATIVE_INFINITY } = spec
  const most = spec.most ?? Number.POSITIVE_INFINITY
  const range = ` from ${least} to ${most}`
  switch (type) {
    case 'integer':
      if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
      throw wrong(`options.${name}`, value, `an integer${range}`)
    case 'number':
      if (typeof value === 'number' && value >= least && value <= most) return
      throw wrong(`options.${name}`, value, `a number${range}`)
    case 'boolean':
      if (typeof value === 'boolean') return
      throw wrong(`options.${name}`, value, 'true or false')
    case 'choice':
      if (choices!.includes(value as string)) return
      throw wrong(`options.${name}`, value, `one of ${choices!.join(', ')}`)
    case 'text':
      if (typeof value === 'string' && value.length <= 1000) return
      throw wrong(`options.${name}`, value, 'a text of at most 1000 characters')
  }
}

function wrong(where: string, value: unknown, expected: string): OptionError {
  const got = JSON.stringify(value) ?? String(value)
  return new OptionError({
    where,
    got: got.length > 80 ? `${got.slice(0, 80)}…` : got,
    expected,
    remedy: 'Leave it out for the default.',
  })
}

/** The most samples that the studio takes; the command line takes more. */
const MOST_SAMPLES = 100_000

function shared(defaults: {
  readonly numSamples: number
  readonly numFeatures: number
  readonly distanceMetric: string
  readonly kernelWidth: string
}): OptionSpec[] {
  return [
    {
      name: 'numSamples',
      flag: '--num-samples',
      to: 'explain',
      type: 'integer',
      least: 2,
      most: MOST_SAMPLES,
      default: null,
      help: `Copies that the model is asked about; empty: as many as it takes, at most ${defaults.numSamples}`,
      prominent: true,
    },
    {
      name: 'numFeatures',
      flag: '--num-features',
      to: 'explain',
      type: 'integer',
      least: 1,
      most: 100_000,
      default: defaults.numFeatures,
      help: 'Most features in the explanation',
      prominent: true,
    },
    {
      name: 'label',
      flag: '--label',
      to: 'explain',
      type: 'text',
      default: '',
      help: 'Explain this class, by name or index; empty: the predicted one',
      prominent: true,
    },
    {
      name: 'topLabels',
      flag: '--top-labels',
      to: 'explain',
      type: 'integer',
      least: 0,
      most: 20,
      default: 0,
      help: 'Explain so many of the most likely classes instead; 0: one label only',
    },
    {
      name: 'randomState',
      flag: '--seed',
      to: 'constructor',
      type: 'integer',
      least: 0,
      most: 2 ** 32 - 1,
      default: 0,
      help: 'Seed of the random numbers: same seed, same explanation',
      prominent: true,
    },
    {
      name: 'sampling',
      flag: '--sampling',
      to: 'explain',
      type: 'choice',
      choices: ['auto', 'lime', 'glime', 'factorial', 'exhaustive', 'conditional'],
      default: 'auto',
      help: 'How samples are drawn; auto: by the number of features and samples',
    },
    {
      name: 'method',
      flag: '--method',
      to: 'explain',
      type: 'choice',
      choices: ['lime', 'shap'],
      default: 'lime',
      help: 'A surrogate of the model around the instance, or Shapley values',
    },
    {
      name: 'link',
      flag: '--link',
      to: 'explain',
      type: 'choice',
      choices: ['identity', 'logit'],
      default: 'identity',
      help: 'The scale on which probabilities are fitted',
    },
    {
      name: 'surrogate',
      flag: '--surrogate',
      to: 'explain',
      type: 'choice',
      choices: ['ridge', 'lasso', 'ols', 'tree'],
      default: 'ridge',
      help: 'The simple model that is fitted to the answers',
    },
    {
      name: 'featureSelection',
      flag: '--feature-selection',
      to: 'constructor',
      type: 'choice',
      choices: ['auto', 'forward_selection', 'highest_weights', 'lasso_path', 'none'],
      default: 'auto',
      help: 'How the features of the explanation are chosen',
    },
    {
      name: 'distanceMetric',
      flag: '--distance-metric',
      to: 'explain',
      type: 'choice',
      choices: ['euclidean', 'cosine', 'manhattan', 'chebyshev'],
      default: defaults.distanceMetric,
      help: 'How far a sample is from the instance',
    },
    {
      name: 'kernelWidth',
      flag: '--kernel-width',
      to: 'constructor',
      type: 'number',
      least: 1e-6,
      most: 1e6,
      default: null,
      help: `How fast samples lose weight with distance; default ${defaults.kernelWidth}`,
    },
    {
      name: 'batchSize',
      flag: '--batch-size',
      to: 'explain',
      type: 'integer',
      least: 1,
      most: 100_000,
      default: null,
      help: 'Most instances that the model gets at once; default: by their size',
    },
    {
      name: 'compatibility',
      flag: '--compatibility',
      to: 'constructor',
      type: 'choice',
      choices: ['sodalime', 'python'],
      default: 'sodalime',
      help: 'python: the numbers of Python LIME, quirks included',
    },
  ]
}

const TABULAR: readonly OptionSpec[] = [
  {
    name: 'discretizer',
    flag: '--discretizer',
    to: 'constructor',
    type: 'choice',
    choices: ['quartile', 'decile', 'entropy', 'none'],
    default: 'quartile',
    help: 'How numbers become bins; none: weights per standard deviation',
  },
  {
    name: 'samplingMethod',
    flag: '--sampling-method',
    to: 'explain',
    type: 'choice',
    choices: ['gaussian', 'lhs'],
    default: 'gaussian',
    help: 'Draw samples independently, or by a Latin hypercube',
  },
  {
    name: 'sampleAroundInstance',
    flag: '--sample-around-instance',
    to: 'constructor',
    type: 'boolean',
    default: false,
    help: 'Without bins: sample around the row in place of the mean of the data',
  },
]

const TEXT: readonly OptionSpec[] = [
  {
    name: 'unit',
    flag: '--unit',
    to: 'constructor',
    type: 'choice',
    choices: ['word', 'character', 'grapheme', 'sentence', 'paragraph'],
    default: 'word',
    help: 'What is switched off as one',
  },
  {
    name: 'ngram',
    flag: '--ngram',
    to: 'constructor',
    type: 'integer',
    least: 1,
    most: 100,
    default: 1,
    help: 'So many words in a row are one feature',
  },
  {
    name: 'bow',
    flag: '--bow',
    to: 'constructor',
    type: 'choice',
    choices: ['auto', 'yes', 'no'],
    default: 'auto',
    help: 'Equal words are one feature; auto: for single words and characters',
  },
  {
    name: 'maskString',
    flag: '--mask-string',
    to: 'constructor',
    type: 'text',
    default: null,
    help: 'What stands in place of what is off; default: nothing, or UNKWORDZ where places count',
  },
  {
    name: 'splitExpression',
    flag: '--split-expression',
    to: 'constructor',
    type: 'text',
    default: null,
    help: 'Pattern of what separates words; default \\W+',
  },
  {
    name: 'locale',
    flag: '--locale',
    to: 'constructor',
    type: 'text',
    default: null,
    help: 'Language of the text, to find words without spaces: ja, th, und',
  },
]

const IMAGE: readonly OptionSpec[] = [
  {
    name: 'segmentation',
    flag: '--segmentation',
    to: 'constructor',
    type: 'choice',
    choices: ['quickshift', 'slic', 'felzenszwalb', 'grid'],
    default: 'quickshift',
    help: 'How the picture is cut into segments',
  },
  {
    name: 'segments',
    flag: '--segments',
    to: 'constructor',
    type: 'integer',
    least: 1,
    most: 2000,
    default: null,
    help: 'About how many segments (slic, grid); default: by the picture',
  },
  {
    name: 'hide',
    flag: '--hide',
    to: 'constructor',
    type: 'text',
    default: 'mean',
    help: 'What stands for a hidden segment: mean, blur, neighbours, noise, or a colour: 0, or 255,0,0',
  },
  {
    name: 'maxPixels',
    flag: '--max-pixels',
    to: 'read',
    type: 'integer',
    least: 16,
    most: 4_000_000,
    default: 250_000,
    help: 'Reduce a larger picture to so many pixels',
  },
]

const SERIES: readonly OptionSpec[] = [
  {
    name: 'segmentation',
    flag: '--segmentation',
    to: 'constructor',
    type: 'choice',
    choices: ['uniform', 'exponential', 'change-points', 'slopes', 'sax'],
    default: 'uniform',
    help: 'How the series is cut into segments',
  },
  {
    name: 'numSegments',
    flag: '--num-segments',
    to: 'constructor',
    type: 'integer',
    least: 1,
    most: 1000,
    default: null,
    help: 'So many segments; default: 10 to 20, by the length',
  },
  {
    name: 'window',
    flag: '--window',
    to: 'constructor',
    type: 'integer',
    least: 2,
    most: 100_000,
    default: null,
    help: 'Steps that change-points and slopes compare; default: one segment',
  },
  {
    name: 'replacement',
    flag: '--replacement',
    to: 'constructor',
    type: 'choice',
    choices: [
      'linear',
      'local-mean',
      'zero',
      'mean',
      'inverse-mean',
      'training-mean',
      'noise',
      'low-pass',
    ],
    default: 'local-mean',
    help: 'What stands in place of a segment that is off',
  },
  {
    name: 'perChannel',
    flag: '--per-channel',
    to: 'constructor',
    type: 'boolean',
    default: false,
    help: 'Cut and switch each channel by itself',
  },
]

const TABLE: { readonly [kind in Kind]: readonly OptionSpec[] } = {
  tabular: [
    ...shared({
      numSamples: 5000,
      numFeatures: 10,
      distanceMetric: 'euclidean',
      kernelWidth: '0.75 √features',
    }),
    ...TABULAR,
  ],
  text: [
    ...shared({
      numSamples: 5000,
      numFeatures: 10,
      distanceMetric: 'cosine',
      kernelWidth: '25',
    }),
    ...TEXT,
  ],
  image: [
    ...shared({
      numSamples: 1000,
      numFeatures: 100_000,
      distanceMetric: 'cosine',
      kernelWidth: '0.25',
    }),
    ...IMAGE,
  ],
  series: [
    ...shared({
      numSamples: 1000,
      numFeatures: 1000,
      distanceMetric: 'cosine',
      kernelWidth: '0.25',
    }),
    ...SERIES,
  ],
}
