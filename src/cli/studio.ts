/**
 * `sodalime studio`: the local web app, until Ctrl-C; or, with `--static`, a site that needs no server.
 */
import { spawn } from 'node:child_process'
import { Command, InvalidArgumentError } from 'commander'
import type { CommandContext } from './context.ts'
import { namesValue, repeatedValue, wholeValue } from './option-values.ts'

interface StudioFlags {
  readonly model?: readonly string[]
  readonly data?: readonly string[]
  readonly target?: string
  readonly classNames?: readonly string[]
  readonly port?: number
  readonly host?: string
  readonly token?: string
  readonly open?: boolean
  readonly static?: string
}

const EXAMPLES = `
Examples:
  The demonstrations, in your browser:
    $ sodalime studio --open

  Two models of yours on one table, to compare them:
    $ sodalime studio --model a.onnx --model b.onnx --data train.csv --target income

  A folder of pictures; its subfolders are their true classes:
    $ sodalime studio --model classifier.onnx --data photos/

`

/** The command. */
export function studioCommand(context: CommandContext): Command {
  return new Command('studio')
    .summary('explore explanations in a local web app')
    .description(
      'Explore explanations in a local web app: choose, explain, ask what if, compare, keep, look at many.',
    )
    .option('-m, --model <model>', 'a model; may be repeated (docs/models.md)', repeatedValue)
    .option(
      '-d, --data <file>',
      'a table, texts, series or a folder of pictures; may be repeated; series=FILE, text=FILE or table=FILE where the ending leaves it open',
      repeatedValue,
    )
    .option('-t, --target <column>', 'the column of the tables that the models predict')
    .option(
      '--class-names <names>',
      'names of the classes of the models given, in the order of the outputs; @FILE: those in a file',
      namesValue,
    )
    .option('-p, --port <n>', 'the port (default: 4270, or the next that is free)', portValue)
    .option('--open', 'open it in the browser')
    .option('--host <address>', 'where to listen (default: 127.0.0.1, this machine only)')
    .option(
      '--token <token>',
      'wanted of every visitor (default: a random one with --host, else none)',
      tokenValue,
    )
    .option('--static <folder>', 'write a site that needs no server, in place of starting one')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: StudioFlags) => {
      await runStudio(flags, context)
    })
}

async function runStudio(flags: StudioFlags, context: CommandContext): Promise<void> {
  const { model: models = [], data = [], target, classNames, port, token, host } = flags
  const { signal, stdout, stderr } = context
  const given = { models, data, target, classNames }
  if (flags.static !== undefined) {
    const { exportSite } = await import('../serve/export-site.ts')
    await exportSite(flags.static, given)
    stdout.write(`Wrote ${flags.static}: put it behind any file server.\n`)
    return
  }
  // The server's libraries are loaded by those who want it.
  const { startStudio } = await import('../serve/start.ts')
  const studio = await startStudio({ ...given, port, token, ...(host && { host }) })
  try {
    signal.throwIfAborted()
    stdout.write(`sodalime studio: ${studio.url}\nCtrl-C ends it.\n`)
    if (flags.open === true) {
      openBrowser(studio.url, () =>
        stderr.write('No browser could be opened: open the address above.\n'),
      )
    }
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  } finally {
    await studio.close()
  }
  signal.throwIfAborted()
}

/** Opens an address with the system's own command. */
function openBrowser(url: string, failed: () => void): void {
  const [command, ...words] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  const child = spawn(command!, words, { stdio: 'ignore', detached: true })
  child.once('error', failed)
  child.unref()
}

function portValue(text: string): number {
  const port = wholeValue(text)
  if (port <= 65_535) return port
  throw new InvalidArgumentError('Expected a port from 0 to 65535.')
}

function tokenValue(text: string): string {
  if (/^[A-Za-z0-9_-]{8,200}$/.test(text)) return text
  throw new InvalidArgumentError('Expected 8 to 200 letters, digits, - and _.')
}
