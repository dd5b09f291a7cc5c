/**
 * `--anchors`: a rule in place of weights, for the commands `explain tabular` and `explain text`.
 */
import type { Command } from 'commander'
import { explainAnchor } from '../anchors/index.ts'
import { OptionError } from '../contract/errors.ts'
import type { Model } from '../contract/predictor.ts'
import type { Domain } from '../explain/neighbourhood.ts'
import { renderAnchor, renderAnchorHtml } from '../render/anchor.ts'
import { type CommandContext, wantsColor } from './context.ts'
import type { OutputFlags } from './deliver.ts'
import { given } from './explain-options.ts'
import { numberValue, wholeValue } from './option-values.ts'
import { writeWhole } from './output-file.ts'
import type { ProgressLine } from './progress-line.ts'

/** What the flags below give. */
export interface AnchorFlags {
  readonly anchors?: boolean
  readonly threshold?: number
  readonly delta?: number
  readonly tau?: number
  readonly beamSize?: number
  readonly maxAnchorSize?: number
  readonly anchorSamples?: number
}

/** Adds the flags to a command. */
export function addAnchorOptions(command: Command): Command {
  return command
    .optionsGroup('A rule in place of weights:')
    .option('--anchors', 'find a rule under which the prediction stays (Anchors, 2018)')
    .option('--threshold <share>', 'with --anchors: precision wanted (default: 0.95)', numberValue)
    .option('--delta <share>', 'with --anchors: chance of error (default: 0.1)', numberValue)
    .option('--tau <share>', 'with --anchors: tolerance of the search (default: 0.15)', numberValue)
    .option('--beam-size <n>', 'with --anchors: rules that are lengthened (default: 4)', wholeValue)
    .option('--max-anchor-size <n>', 'with --anchors: most conditions (default: all)', wholeValue)
    .option(
      '--anchor-samples <n>',
      'with --anchors: most samples in all (default: 100000)',
      wholeValue,
    )
}

/** Throws an OptionError for flags that have no meaning for a rule, before any work. */
export function checkAnchorFlags(
  flags: AnchorFlags &
    OutputFlags & { readonly topLabels?: number; readonly label?: readonly string[] },
): void {
  if (flags.anchors !== true) return
  for (const flag of ['svg', 'png', 'topLabels', 'label'] as const) {
    if (flags[flag] === undefined) continue
    const name = flag === 'topLabels' ? 'top-labels' : flag
    throw new OptionError({
      where: `--${name}`,
      got: `--${name} beside --anchors`,
      expected: 'one of them',
      remedy:
        flag === 'svg' || flag === 'png'
          ? 'A rule is words: write it with --html or --json.'
          : 'A rule anchors the predicted class.',
    })
  }
}

/**
 * Finds the rule and writes it where the flags say. `namesFor` names the classes of a model with so many; `head` is a line
 * above the rule in the terminal.
 */
export async function deliverAnchor<Instance, Input>(
  explainer: Domain<Instance, Input>,
  instance: Instance,
  model: Model<Input>,
  flags: AnchorFlags & OutputFlags & { readonly seed: number },
  namesFor: (count: number) => readonly string[] | undefined,
  head: string,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  const { signal, stdout, stderr, env } = context
  const { threshold, delta, tau, beamSize, maxAnchorSize, anchorSamples } = flags
  const found = await explainAnchor(explainer, instance, model, {
    ...given({
      threshold,
      delta,
      tau,
      beamSize,
      maxAnchorSize,
      maxSamples: anchorSamples,
    }),
    randomState: flags.seed,
    signal,
    onProgress: progress.onProgress,
  })
  const names = namesFor(found.classNames.length)
  const fits = names?.length === found.classNames.length
  const anchor = fits ? { ...found, classNames: names, name: names[found.label]! } : found
  progress.close()
  const written: string[] = []
  let piped: string | undefined
  for (const [flag, make] of [
    ['json', () => `${JSON.stringify(anchor, null, 2)}\n`],
    ['html', () => renderAnchorHtml(anchor)],
  ] as const) {
    const path = flags[flag]
    if (path === undefined) continue
    if (path === '-') piped = make()
    else {
      await writeWhole(path, make(), `--${flag}`)
      written.push(path)
    }
  }
  if (piped !== undefined) {
    stdout.write(piped)
    if (flags.quiet === true) return
    for (const { message } of anchor.diagnostics.warnings) stderr.write(`warning: ${message}\n`)
    return
  }
  if (flags.quiet === true) return
  const text = renderAnchor(anchor, {
    width: flags.width ?? stdout.columns,
    color: wantsColor(stdout, env, flags.color),
    unicode: env.TERM !== 'linux' && env.TERM !== 'dumb',
  })
  const files = written.map((path) => `Wrote ${path}\n`).join('')
  stdout.write(`${head === '' ? '' : `${head}\n\n`}${text}${files === '' ? '' : `\n${files}`}`)
}
