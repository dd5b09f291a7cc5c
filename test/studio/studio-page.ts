/** A studio that runs in this process, and pages of a real Chromium that look at it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { type Studio, type StudioOptions, startStudio } from '../../src/serve/start.ts'

interface Finder {
  readonly browserArguments: string[]
  readonly findChromium: () => string | undefined
}

const { browserArguments, findChromium }: Finder = await import(
  new URL('../../tools/chromium.mjs', import.meta.url).href
)

/** Path of a Chromium; undefined where there is none. */
export const executablePath = findChromium()

/** For the title of tests that cannot run. */
export const reason = executablePath === undefined ? ' (skipped: no Chromium on this machine)' : ''

/** What a page waits for at most: generous, since a loaded machine is slow and no test measures time by it. */
export const PATIENCE = Number(process.env.STUDIO_PATIENCE ?? 120_000)

/** The sizes and themes in which journeys are made. */
export const SCREENS = [
  { name: 'wide and light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'narrow and dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const

/** A page with all that happened in it that should not: dialogs, refusals of its policy, errors. */
export interface Watched {
  readonly page: Page
  readonly events: string[]
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: browserArguments })
}

export function start(options: StudioOptions = {}): Promise<Studio> {
  return startStudio({ port: 0, ...options })
}

/** Opens a page of its own session and watches it. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const events: string[] = []
  page.on('dialog', (dialog) => {
    events.push(`dialog ${dialog.message()}`)
    dialog.dismiss().catch(() => undefined)
  })
  page.on('pageerror', (error) => events.push(`error ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') events.push(`console ${message.text()}`)
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy ${event.violatedDirective} ${event.blockedURI}`)
    })
  })
  await page.goto(url)
  return { page, events }
}

/** Waits until the run that is shown has ended in some way; gives the way. */
export async function ended(page: Page): Promise<string> {
  const result = page.locator(
    '.result:is([data-status=done],[data-status=failed],[data-status=stopped])',
  )
  await result.waitFor()
  return (await result.getAttribute('data-status')) ?? ''
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds serious or critical. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const run = Reflect.get(globalThis, 'axe') as {
      run(): Promise<{
        violations: { id: string; impact: string; nodes: { html: string }[] }[]
      }>
    }
    const { violations } = await run.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 300)}`)
  })
}

/** Whether nothing sticks out of the page to the right. */
export function fitsWidth(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
}
