/**
 * `sodalime report`: a page from explanations that were saved as JSON.
 *
 * 1. Read and check all files; choose the labels.
 * 2. One explanation is a report; two to four stand side by side, with their disagreement; more make a gallery, with
 *    pictures shrunk; `--pick` gives the few that together cover what matters. `--layout` overrides the choice.
 * 3. Write the page, whole or not at all.
 */
import { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { ExplanationData } from '../contract/explanation.ts'
import { shrinkPicture } from '../data/images.ts'
import { submodularPick } from '../explain/submodular-pick.ts'
import { renderHtml } from '../render/html.ts'
import { renderGallery } from '../render/html-gallery.ts'
import { renderPick } from '../render/html-pick.ts'
import { renderSideBySide } from '../render/html-side-by-side.ts'
import type { ReportEntry } from '../render/report-entry.ts'
import type { CommandContext } from './context.ts'
import { choice, repeatedValue, wholeValue } from './option-values.ts'
import { checkOutputPath, writeWhole } from './output-file.ts'
import { readSavedExplanations } from './saved-explanations.ts'

interface ReportFlags {
  readonly html: string
  readonly layout?: 'list' | 'side-by-side' | 'gallery' | 'pick'
  readonly pick?: number
  readonly label?: readonly string[]
  readonly name?: readonly string[]
  readonly title?: string
  readonly maxFeatures?: number
  readonly quiet?: boolean
}

const EXAMPLES = `
Examples:
  Two models on one instance, side by side, with where they disagree:
    $ sodalime report forest.json network.json --html compare.html

  Two labels of one explanation:
    $ sodalime report why.json --label malignant --label benign --html labels.html

  A gallery of many, to search, filter and sort:
    $ sodalime report explanations/*.json --html gallery.html

  The five that together cover what matters:
    $ sodalime report results/*.jsonl --pick 5 --html pick.html
`

/** The command. */
export function reportCommand(context: CommandContext): Command {
  return new Command('report')
    .summary('make a page from saved explanations')
    .description(
      'Make one HTML page from explanations saved as JSON: a report, a comparison, a gallery, or a pick.',
    )
    .argument('<files...>', 'explanations as JSON (.json, or .jsonl with one to a line)')
    .requiredOption('--html <file>', 'where the page goes; - for stdout')
    .addOption(
      choice('--layout <kind>', 'kind of page (default: by the number of explanations)', [
        'list',
        'side-by-side',
        'gallery',
        'pick',
      ]),
    )
    .option('--pick <n>', 'show the n explanations that together cover what matters', wholeValue)
    .option('--label <class>', 'show this class, by name or index; may be repeated', repeatedValue)
    .option('--name <name>', 'name of a file on the page, in order; may be repeated', repeatedValue)
    .option('--title <text>', 'headline of the page')
    .option('--max-features <n>', 'most features in a table', wholeValue)
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', EXAMPLES)
    .action(async (files: readonly string[], flags: ReportFlags) => {
      await makeReport(files, flags, context)
    })
}

async function makeReport(
  files: readonly string[],
  flags: ReportFlags,
  { signal, stdout, stderr }: CommandContext,
): Promise<void> {
  if (flags.html !== '-') await checkOutputPath(flags.html, '--html')
  const saved = await readSavedExplanations(files, signal)
  const [failure] = saved.failures
  if (failure !== undefined && flags.quiet !== true) {
    const count = saved.failures.length
    const left = count === 1 ? '1 instance failed and is' : `${count} instances failed and are`
    stderr.write(`note: ${left} left out (${failure})\n`)
  }
  const read = named(saved.entries, flags.name)
  const layout = layoutOf(flags, read)
  const entries = withLabels(read, flags.label)
  const page = await pageOf(entries, layout, flags, signal)
  if (flags.html === '-') {
    stdout.write(page)
    return
  }
  await writeWhole(flags.html, page, '--html')
  if (flags.quiet !== true) stdout.write(`Wrote ${flags.html}\n`)
}

async function pageOf(
  entries: readonly ReportEntry[],
  layout: Layout,
  flags: ReportFlags,
  signal: AbortSignal,
): Promise<string> {
  const { title, maxFeatures } = flags
  const options = { title, maxFeatures }
  switch (layout) {
    case 'list':
      return renderHtml(
        entries.map(({ explanation }) => explanation),
        options,
      )
    case 'side-by-side':
      return renderSideBySide(entries, options)
    case 'gallery':
      return renderGallery(await shrunk(entries, signal), options)
    case 'pick': {
      const pick = submodularPick(
        entries.map(({ explanation }) => explanation),
        flags.pick ?? 5,
      )
      return renderPick(entries, pick, options)
    }
  }
}

type Layout = NonNullable<ReportFlags['layout']>

function layoutOf({ layout, pick, label }: ReportFlags, read: readonly ReportEntry[]): Layout {
  if (pick !== undefined && layout !== undefined && layout !== 'pick') {
    throw new OptionError({
      where: '--pick',
      got: `${pick} beside --layout ${layout}`,
      expected: 'one kind of page',
      remedy: 'Leave one of them out.',
    })
  }
  if (layout !== undefined) return layout
  if (pick !== undefined) return 'pick'
  const columns = read.length === 1 ? (label?.length ?? 1) : read.length
  return columns === 1 ? 'list' : columns <= 4 ? 'side-by-side' : 'gallery'
}

/** The entries under the names given. */
function named(
  entries: readonly ReportEntry[],
  names: readonly string[] | undefined,
): readonly ReportEntry[] {
  if (names === undefined) return entries
  if (names.length !== entries.length) {
    throw new OptionError({
      where: '--name',
      got: `${names.length} names`,
      expected: `${entries.length}, one for each explanation`,
      remedy: 'Leave it out to go by the names of the files.',
    })
  }
  return entries.map((entry, i) => ({ ...entry, name: names[i]! }))
}

/** Each entry with the label that is shown, once for each of several. Without labels asked for, all stay as they are. */
function withLabels(
  entries: readonly ReportEntry[],
  asked: readonly string[] | undefined,
): readonly ReportEntry[] {
  if (asked === undefined) return entries
  return entries.flatMap((entry) => {
    const labels = asked.map((one) => labelIndex(entry, one))
    const own = labels.map(
      (index) => entry.explanation.labels.find(({ label }) => label === index)!,
    )
    return labels.map((label, i) => ({
      ...entry,
      name: labels.length > 1 ? `${entry.name}: ${own[i]!.name}` : entry.name,
      label,
      explanation: { ...entry.explanation, labels: [own[i]!, ...own.filter((_, j) => j !== i)] },
    }))
  })
}

function labelIndex({ name, explanation }: ReportEntry, asked: string): number {
  const found =
    explanation.labels.find((one) => one.name === asked) ??
    explanation.labels.find((one) => String(one.label) === asked)
  if (found !== undefined) return found.label
  throw new OptionError({
    where: '--label',
    got: `${asked}, for ${name}`,
    expected: `a label that was explained: ${explanation.labels.map((one) => one.name).join(', ')}`,
    remedy: 'Explain that label too: sodalime explain … --label, or --top-labels.',
  })
}

/** The entries with their pictures as small as cards show them; each picture is shrunk once. */
async function shrunk(
  entries: readonly ReportEntry[],
  signal: AbortSignal,
): Promise<readonly ReportEntry[]> {
  const out: ReportEntry[] = []
  for (const entry of entries) {
    signal.throwIfAborted()
    const { explanation } = entry
    const { instance } = explanation
    if (instance.kind !== 'image' || instance.picture === undefined) {
      out.push(entry)
      continue
    }
    const picture = await shrinkPicture(instance.picture, 240)
    const small: ExplanationData = { ...explanation, instance: { ...instance, picture } }
    out.push({ ...entry, explanation: small })
  }
  return out
}
