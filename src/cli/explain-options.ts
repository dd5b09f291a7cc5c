/**
 * The flags that all `explain` commands share: how many samples, which surrogate, which labels.
 */
import { type Command, Option } from 'commander'
import type { Control } from '../contract/progress.ts'
import { choice, labelChoice, numberValue, repeatedValue, wholeValue } from './option-values.ts'

/** What the flags below give. */
export interface ExplainFlags {
  readonly label?: readonly string[]
  readonly topLabels?: number
  readonly numFeatures?: number
  readonly sampling?: 'auto' | 'lime' | 'glime' | 'factorial' | 'exhaustive' | 'conditional'
  readonly numSamples?: number | 'auto'
  readonly tolerance?: number
  readonly maxSamples?: number
  readonly method?: 'lime' | 'shap'
  readonly link?: 'identity' | 'logit'
  readonly seed: number
  readonly kernelWidth?: number | 'auto'
  readonly distanceMetric?: 'euclidean' | 'cosine' | 'manhattan' | 'chebyshev'
  readonly featureSelection?:
    | 'auto'
    | 'forward_selection'
    | 'highest_weights'
    | 'lasso_path'
    | 'none'
  readonly surrogate?: 'ridge' | 'lasso' | 'ols' | 'tree'
  readonly compatibility?: 'sodalime' | 'python'
  readonly batchSize?: number
  readonly keepNeighbourhood?: boolean
}

/** Adds the flags to a command. */
export function addExplainOptions(
  command: Command,
  defaults: {
    readonly numFeatures: number
    readonly numSamples: number
    /** Default: auto. */
    readonly sampling?: 'lime'
  },
): Command {
  return command
    .option(
      '--label <class>',
      'explain this class, by name or index; may be repeated',
      repeatedValue,
    )
    .addOption(
      new Option('--top-labels <k>', 'explain the k most likely classes')
        .argParser(wholeValue)
        .conflicts('label'),
    )
    .option(
      '--num-features <n>',
      'most features in the explanation',
      wholeValue,
      defaults.numFeatures,
    )
    .option(
      '--num-samples <n>',
      `samples around the instance, or auto: as many as the weights need, at most --max-samples (default: ${defaults.sampling === 'lime' ? defaults.numSamples : `auto; with --compatibility python ${defaults.numSamples}`})`,
      orAuto(wholeValue),
    )
    .option(
      '--tolerance <share>',
      'with --num-samples auto: largest standard error, as a share of the range of the weights (default: 0.02)',
      numberValue,
    )
    .option(
      '--max-samples <n>',
      `with --num-samples auto: most samples (default: ${defaults.numSamples})`,
      wholeValue,
    )
    .addOption(
      choice(
        '--sampling <way>',
        defaults.sampling === 'lime'
          ? 'how samples are drawn (default: lime, whose draws all rows share)'
          : 'how samples are drawn (default: auto; with --compatibility python lime)',
        ['auto', 'lime', 'glime', 'factorial', 'exhaustive', 'conditional'],
      ),
    )
    .addOption(choice('--method <name>', 'a local surrogate, or Shapley values', ['lime', 'shap']))
    .addOption(
      choice('--link <scale>', 'the scale on which probabilities are fitted', [
        'identity',
        'logit',
      ]),
    )
    .option('--seed <n>', 'seed of the random numbers: same seed, same explanation', wholeValue, 0)
    .option(
      '--kernel-width <w>',
      'how fast samples lose weight with distance, or auto: the widest that still fits',
      orAuto(numberValue),
    )
    .addOption(
      choice('--distance-metric <metric>', 'distance of samples', [
        'euclidean',
        'cosine',
        'manhattan',
        'chebyshev',
      ]),
    )
    .addOption(
      choice('--feature-selection <method>', 'how the features are chosen', [
        'auto',
        'forward_selection',
        'highest_weights',
        'lasso_path',
        'none',
      ]),
    )
    .addOption(
      choice('--surrogate <kind>', 'the simple model that is fitted', [
        'ridge',
        'lasso',
        'ols',
        'tree',
      ]),
    )
    .addOption(
      choice('--compatibility <mode>', 'answer as Python LIME does', ['sodalime', 'python']),
    )
    .option('--batch-size <n>', 'most instances that the model gets at once', wholeValue)
    .option('--keep-neighbourhood', 'keep the samples in the JSON')
}

/** The options of an explain call that the flags set; those left out keep the library's defaults. */
export function explainCallOptions(
  flags: ExplainFlags,
  classNames: readonly string[] | undefined,
  control: Control,
) {
  const { topLabels, numFeatures, numSamples, distanceMetric, surrogate, batchSize } = flags
  const { sampling, tolerance, maxSamples, method, link } = flags
  return given({
    labels: labelChoice(flags.label, classNames),
    topLabels,
    numFeatures,
    sampling,
    numSamples,
    tolerance,
    maxSamples,
    method,
    link,
    distanceMetric,
    surrogate,
    batchSize,
    keepNeighbourhood: flags.keepNeighbourhood,
    ...control,
  })
}

/** Reads `auto` as it is, and all else by `read`. */
function orAuto(read: (text: string) => number): (text: string) => number | 'auto' {
  return (text) => (text === 'auto' ? text : read(text))
}

/** The object without the properties that are undefined. */
export function given<Options extends object>(
  options: Options,
): { [Name in keyof Options]?: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Options]?: Exclude<Options[Name], undefined>
  }
}
