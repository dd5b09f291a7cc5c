/**
 * The flags that say where an explanation goes, and the writing: files first, each whole or not at all, then stdout.
 */
import type { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { Explanation } from '../contract/explanation.ts'
import { renderHtml } from '../render/html.ts'
import { toJsonText } from '../render/json.ts'
import { renderPng } from '../render/png.ts'
import { renderSvg } from '../render/svg.ts'
import { renderTerminal } from '../render/terminal.ts'
import { type CommandContext, wantsColor } from './context.ts'
import { wholeValue } from './option-values.ts'
import { checkOutputPath, writeWhole } from './output-file.ts'

/** What the flags below give. */
export interface OutputFlags {
  readonly json?: string
  readonly html?: string
  readonly svg?: string
  readonly png?: string
  readonly width?: number
  readonly color?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

const FILE_FLAGS = ['json', 'html', 'svg', 'png'] as const

/** Adds the flags to a command. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json <file>', 'write the explanation as JSON; - for stdout, alone')
    .option('--html <file>', 'write a report that opens in any browser; - for stdout')
    .option('--svg <file>', 'write the picture as SVG; - for stdout')
    .option('--png <file>', 'write the picture as PNG')
    .option('--width <columns>', 'width of the text (default: the terminal, or 80)', wholeValue)
    .option('--no-color', 'no colours (also by NO_COLOR)')
    .option('-q, --quiet', 'print nothing but errors')
    .option('-v, --verbose', 'say what happens, with what a process: model writes to stderr')
}

/** Throws an OptionError for a path that cannot be written to: before the work begins. */
export async function checkOutputs(flags: OutputFlags): Promise<void> {
  const paths = new Map<string, string>()
  for (const flag of FILE_FLAGS) {
    const path = flags[flag]
    if (path === undefined) continue
    if (path !== '-') await checkOutputPath(path, `--${flag}`)
    else if (flag === 'png') {
      throw new OptionError({
        where: '--png',
        got: '-, for stdout',
        expected: 'the path of a file to write',
        remedy: 'Only text goes to stdout: JSON, HTML or SVG.',
      })
    }
    const other = paths.get(path)
    if (other !== undefined) {
      throw new OptionError({
        where: `--${flag}`,
        got: `${path === '-' ? 'stdout (-)' : path}, as for ${other}`,
        expected: path === '-' ? 'one thing on stdout' : 'a file of its own',
        remedy: 'Name another file.',
      })
    }
    paths.set(path, `--${flag}`)
  }
}

/** How a kind of explanation is drawn, where not as bars. */
export interface Drawing {
  readonly svg: (explanation: Explanation) => string
}

/** Writes the explanation where the flags say. `head` is a line above the picture in the terminal. */
export async function deliver(
  explanation: Explanation,
  flags: OutputFlags,
  context: CommandContext,
  head: string,
  drawing: Drawing = { svg: renderSvg },
): Promise<void> {
  const { json, html, svg, png } = flags
  const { stdout, stderr, env } = context
  const written: string[] = []
  let piped: string | undefined
  const save = async (
    path: string | undefined,
    flag: string,
    make: () => string | Promise<Uint8Array>,
  ) => {
    if (path === undefined) return
    const content = await make()
    if (path === '-') {
      piped = content as string
      return
    }
    await writeWhole(path, content, flag)
    written.push(path)
  }
  await save(json, '--json', () => toJsonText(explanation))
  await save(html, '--html', () => renderHtml(explanation))
  await save(svg, '--svg', () => drawing.svg(explanation))
  await save(png, '--png', () => renderPng(drawing.svg(explanation)))
  if (piped !== undefined) {
    stdout.write(piped)
    if (flags.quiet !== true) {
      for (const { message } of explanation.diagnostics.warnings)
        stderr.write(`warning: ${message}\n`)
    }
    return
  }
  if (flags.quiet === true) return
  const text = renderTerminal(explanation, {
    width: flags.width ?? stdout.columns,
    color: wantsColor(stdout, env, flags.color),
    // The Linux console and dumb terminals lack block characters.
    unicode: env.TERM !== 'linux' && env.TERM !== 'dumb',
    // A picture may have a hundred segments; which one is number 37 is seen in a drawing only.
    maxFeatures: explanation.domain === 'image' ? 15 : Number.POSITIVE_INFINITY,
  })
  const files = written.map((path) => `Wrote ${path}\n`).join('')
  stdout.write(`${head === '' ? '' : `${head}\n\n`}${text}${files === '' ? '' : `\n${files}`}`)
}
