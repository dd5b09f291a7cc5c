/**
 * Where a Chromium is on this machine, and how it is started for tests.
 *
 * Looked for in this order: the path in CHROMIUM_PATH, the usual places and names of the system's packages, the
 * browser out of an npm package that `npm test` may have put into `.cache`, the one that Playwright downloaded. A file counts only if it runs: Ubuntu's `chromium` is a script that asks for
 * snap, and a download may lack libraries of the system.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'

/** Command names under which systems install Chromium and its kin. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Script that starts the browser out of an npm package, where there is one. */
export const packagedChromium = fileURLToPath(new URL('../.cache/chromium/start', import.meta.url))

/** Arguments for a run without a screen, a GPU, a sandbox or traffic of the browser's own. */
export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--no-first-run',
]

/**
 * Path of the first Chromium that runs; `undefined` where there is none.
 * @returns {string | undefined}
 */
export function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = [
    process.env.CHROMIUM_PATH ?? '',
    '/usr/bin/chromium',
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    packagedChromium,
    chromium.executablePath(),
  ]
  return candidates.find((path) => path !== '' && runs(path))
}

/** @param {string} path */
function runs(path) {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    return false
  }
  return spawnSync(path, ['--version'], { timeout: 20_000, stdio: 'ignore' }).status === 0
}
