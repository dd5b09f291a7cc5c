/**
 * `npm test`: everything from a bare machine to the counts.
 *
 * 1. Look for the real components that tests need (the table below); where one is missing, install it in the first
 *    way that works here, and say so.
 * 2. Build, since the command line is tested as users get it. A build that fails counts as one failed test.
 * 3. Run Vitest; its output is passed on as it comes. Arguments go to Vitest: `npm test -- test/math`.
 * 4. Print skipped tests with their reasons, and as the very last line `N passed, N failed[, N skipped]`, counted from
 *    Vitest's results. Tests whose component could not be had count as skipped. An error outside of any test, and a
 *    file that does not load, count as one failed test each.
 *
 * Exit code: 0 if nothing failed and something ran, else 1; after SIGINT or SIGTERM 130 or 143.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'
import { provide } from './install-component.mjs'
import { findRedis } from './redis.mjs'

/** @typedef {import('./install-component.mjs').Component} Component */
/** @typedef {import('./results-reporter.mjs').Results} Results */

const root = fileURLToPath(new URL('..', import.meta.url))
const resultsFile = join(root, '.cache', 'test-results.json')

/**
 * What tests need that npm does not bring, and the Vitest project that cannot run without it; tests without a project of
 * their own skip themselves, and say why.
 * @type {(Component & { project?: string, tests?: string })[]}
 */
const components = [
  {
    name: 'Chromium',
    find: findChromium,
    systemPackage: 'chromium',
    npmBrowser: '@sparticuz/chromium@143.0.4',
    playwrightBrowser: 'chromium',
    project: 'browser',
    tests: 'test/browser',
  },
  { name: 'Redis', find: findRedis, systemPackage: 'redis-server' },
]

/** @type {import('node:child_process').ChildProcess | undefined} */
let running
/** @type {NodeJS.Signals | undefined} */
let interruptedBy
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    interruptedBy = signal
    // A terminal has sent it to the whole group already, and a second one would cut Vitest's own tidying short.
    setTimeout(() => running?.kill(signal), signal === 'SIGINT' ? 3000 : 0).unref()
  })
}

process.chdir(root)
process.exitCode = await main(process.argv.slice(2))

/** @param {string[]} vitestArguments */
async function main(vitestArguments) {
  /** @type {{ title: string, reason: string, count: number }[]} */
  const skipped = []
  const without = []
  for (const component of components) {
    const { found, reason } = await provide(component, run)
    if (interruptedBy !== undefined) return exitCodeOf(interruptedBy)
    if (found || component.project === undefined || component.tests === undefined) continue
    const count = countTests(component.tests)
    const title = `all of ${component.tests} (${count} tests, counted in the source)`
    skipped.push({ title, reason, count })
    without.push(`--project=!${component.project}`)
  }

  say('building')
  const built = (await run('npm', ['run', '--silent', 'build'])) === 0
  if (interruptedBy !== undefined) return exitCodeOf(interruptedBy)

  rmSync(resultsFile, { force: true })
  mkdirSync(join(root, '.cache'), { recursive: true })
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=./tools/results-reporter.mjs']
  const exitCode = await run(
    process.execPath,
    [vitest, 'run', ...reporters, ...without, ...vitestArguments],
    { SODALIME_TEST_RESULTS: resultsFile },
  )
  if (interruptedBy !== undefined) return exitCodeOf(interruptedBy)

  const results = readResults()
  let { passed, failed } = results
  if (!built) {
    failed++
    say('the build failed: counted as one failed test')
  }
  const crashed = exitCode !== 0 && results.failed === 0
  if (crashed) {
    failed++
    say(`Vitest ended with exit code ${exitCode} beside its tests: counted as one failed test`)
  }
  skipped.push(...results.skipped.map((test) => ({ ...test, count: 1 })))
  for (const { title, reason } of skipped) console.log(`skipped: ${title}: ${reason}`)
  const skippedCount = skipped.reduce((sum, { count }) => sum + count, 0)
  if (passed === 0) say('no test has passed, so this run counts as failed')
  console.log(
    `${passed} passed, ${failed} failed${skippedCount > 0 ? `, ${skippedCount} skipped` : ''}`,
  )
  return failed === 0 && passed > 0 ? 0 : 1
}

/** @returns {Results} */
function readResults() {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8'))
  } catch {
    return { passed: 0, failed: 0, skipped: [] }
  }
}

/**
 * Calls of `it` and `test` in the files of a folder that cannot be run here.
 * @param {string} folder
 */
function countTests(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'))
    .reduce((sum, text) => sum + [...text.matchAll(/^\s*(?:it|test)(?:\.\w+)*\(/gm)].length, 0)
}

/**
 * Runs a command with this process's output, and answers with its exit code; 127 where it could not be started.
 * @param {string} command
 * @param {string[]} commandArguments
 * @param {NodeJS.ProcessEnv} [environment] added to this process's
 * @returns {Promise<number>}
 */
function run(command, commandArguments, environment = {}) {
  return new Promise((done) => {
    const child = spawn(command, commandArguments, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    })
    running = child
    child.once('error', () => done(127))
    child.once('exit', (code, signal) => done(code ?? (signal === null ? 1 : exitCodeOf(signal))))
  })
}

/** @param {NodeJS.Signals} signal */
function exitCodeOf(signal) {
  return signal === 'SIGINT' ? 130 : 143
}

/** @param {string} text */
function say(text) {
  console.log(`test: ${text}`)
}
