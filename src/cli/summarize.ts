/** `sodalime summarize`: what all explanations of a batch say together. */
import { Command } from 'commander'
import { openResultStore } from '../batch/result-store.ts'
import { type InstanceWeights, type Summary, summarize } from '../batch/summarize.ts'
import { renderSummaryHtml } from '../batch/summary-html.ts'
import { OptionError } from '../contract/errors.ts'
import { visibleText } from '../render/visible-text.ts'
import type { CommandContext } from './context.ts'
import { numberValue, wholeValue } from './option-values.ts'
import { checkOutputPath, writeWhole } from './output-file.ts'

interface SummarizeFlags {
  readonly html?: string
  readonly json?: string
  readonly pick: number
  readonly clusters: number
  readonly poorFit: number
  readonly quiet?: boolean
}

const EXAMPLES = `
Examples:
  $ sodalime summarize results/ --html summary.html
  $ sodalime summarize s3://bucket/results --json - | jq '.importance[0]'
`

/** Columns and instances in the terminal. */
const LINES = 10

/** The command. */
export function summarizeCommand(context: CommandContext): Command {
  return new Command('summarize')
    .summary('sum up the results of a batch')
    .description(
      'Sum up the results of a batch: what counts, for which output, which instances to look at, which not to trust.',
    )
    .argument('<results>', 'what was given as --out: a folder, or s3://bucket/prefix')
    .option('--html <file>', 'write a report; - for stdout')
    .option('--json <file>', 'write everything as JSON; - for stdout')
    .option('--pick <n>', 'instances that together show most', wholeValue, 10)
    .option('--clusters <k>', 'most groups of explanations', wholeValue, 5)
    .option(
      '--poor-fit <r2>',
      'R² below which an explanation is not to be trusted',
      numberValue,
      0.1,
    )
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', EXAMPLES)
    .action((place: string, flags: SummarizeFlags) => run(place, flags, context))
}

async function run(place: string, flags: SummarizeFlags, context: CommandContext): Promise<void> {
  const { html, json, pick, clusters, poorFit } = flags
  for (const [flag, value] of [
    ['--pick', pick],
    ['--clusters', clusters],
  ] as const) {
    if (value >= 1) continue
    throw new OptionError({
      where: flag,
      got: String(value),
      expected: 'an integer from 1',
      remedy: 'Leave it out for the default.',
    })
  }
  if (html === '-' && json === '-') {
    throw new OptionError({
      where: '--json',
      got: 'stdout (-), as for --html',
      expected: 'one thing on stdout',
      remedy: 'Name a file for one of them.',
    })
  }
  for (const [flag, path] of [
    ['--html', html],
    ['--json', json],
  ] as const) {
    if (path !== undefined && path !== '-') await checkOutputPath(path, flag)
  }
  const store = await openResultStore(place)
  let summary: Summary
  try {
    summary = await summarize(store, { pick, clusters, poorFit })
  } finally {
    await store.close()
  }
  const contents = [
    [html, '--html', () => renderSummaryHtml(summary)],
    [json, '--json', () => `${JSON.stringify(summary, null, 2)}\n`],
  ] as const
  let piped = false
  const written: string[] = []
  for (const [path, flag, make] of contents) {
    if (path === '-') {
      context.stdout.write(make())
      piped = true
    } else if (path !== undefined) {
      await writeWhole(path, make(), flag)
      written.push(`Wrote ${path}`)
    }
  }
  if (piped || flags.quiet === true) return
  context.stdout.write(`${[...summaryLines(summary), ...written].join('\n')}\n`)
}

function summaryLines(summary: Summary): string[] {
  const { importance, outputs, pick, clusters, fit } = summary
  const whole = (value: number) => value.toLocaleString('en')
  const percent = (share: number) => `${Math.round(100 * share)} %`
  const width = Math.max(
    ...importance.slice(0, LINES).map(({ column }) => visibleText(column).length),
  )
  return [
    `${whole(summary.instances)} instances, ${whole(summary.explanations)} explanations, ${whole(summary.failed)} failed${summary.state === 'done' ? '' : ` (the batch is ${summary.state})`}`,
    '',
    `What counts (mean |weight|), and mean weights for ${outputs
      .slice(0, 3)
      .map(({ name }) => visibleText(name))
      .join(', ')}`,
    ...importance.slice(0, LINES).map(
      (one) =>
        `  ${visibleText(one.column).padEnd(width)}  ${one.importance.toFixed(4)}  ${one.outputs
          .slice(0, 3)
          .map(({ mean }) => signed(mean))
          .join('  ')}`,
    ),
    '',
    `Worth looking at first (${percent(pick.coverage)} of all importance)`,
    ...pick.instances.slice(0, LINES).map(instanceLine),
    '',
    'Kinds of explanations',
    ...clusters.map(
      ({ explanations, share, output, weights, example }) =>
        `  ${whole(explanations)} (${percent(share)}), mostly for ${visibleText(output)}: ${weightWords(weights)}; such as ${visibleText(example.id)}`,
    ),
    '',
    `${whole(fit.poor)} explanations (${percent(fit.poor / summary.explanations)}) with R² below ${fit.threshold}: do not rely on them`,
    ...fit.poorest.slice(0, 5).map(instanceLine),
  ]
}

function instanceLine({ id, output, fit, weights }: InstanceWeights): string {
  return `  ${visibleText(id)} (${visibleText(output)}, R² ${fit.toFixed(2)}): ${weightWords(weights)}`
}

function weightWords(weights: InstanceWeights['weights']): string {
  const some = weights.slice(0, 4)
  return some.map(({ column, weight }) => `${visibleText(column)} ${signed(weight)}`).join(', ')
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
}
