/**
 * `npm run -s bench -- studio`: how soon the studio shows something, in Chromium; after `npm run build`.
 *
 * For each demonstration, in a page that was just loaded: milliseconds from the click to the first picture and to the whole
 * explanation, and the longest task of the page's main thread meanwhile (PerformanceObserver, which tells of those above
 * 50 ms; 0: none). Then the same longest task while the reader switches parts off.
 */
import { type Browser, chromium, type Page } from 'playwright'
import { startStudio } from '../src/serve/start.ts'
import { browserArguments, findChromium } from '../tools/chromium.mjs'
import type { BenchOptions } from './main.ts'

const DEMOS = ['demo-table', 'demo-text', 'demo-image', 'demo-series']

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('no Chromium on this machine')
  const studio = await startStudio({ port: 0 })
  const browser = await chromium.launch({ executablePath, args: browserArguments })
  const row = (name: string, ours: number) =>
    emit({ case: name, ours, reference: null, ratio: null, unit: 'ms' })
  try {
    for (const demo of DEMOS) {
      const times: Measured[] = []
      for (let i = 0; i < (quick ? 1 : 5); i++) times.push(await measure(browser, studio.url, demo))
      row(`${demo}: first picture after the click`, median(times.map(({ first }) => first)))
      row(`${demo}: whole explanation`, median(times.map(({ whole }) => whole)))
      row(
        `${demo}: longest task while explaining`,
        Math.max(...times.map(({ longest }) => longest)),
      )
      row(
        `${demo}: longest task while switching`,
        Math.max(...times.map(({ switching }) => switching)),
      )
    }
  } finally {
    await browser.close()
    await studio.close()
  }
}

interface Measured {
  readonly first: number
  readonly whole: number
  readonly longest: number
  readonly switching: number
}

async function measure(browser: Browser, url: string, demo: string): Promise<Measured> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(url)
  await page.locator(`[data-demo=${demo}]`).waitFor()
  await page.evaluate(() => {
    const seen = { clicked: 0, first: 0, whole: 0, longest: 0 }
    Reflect.set(globalThis, 'seen', seen)
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration)
    }).observe({ type: 'longtask' })
    document.addEventListener('click', () => {
      seen.clicked ||= performance.now()
    })
    new MutationObserver(() => {
      const now = performance.now()
      if (document.querySelector('.why tbody tr') !== null) seen.first ||= now
      if (document.querySelector('.result[data-status=done] .what-if') !== null) seen.whole ||= now
    }).observe(document.body, { childList: true, subtree: true, attributes: true })
  })
  await page.locator(`[data-demo=${demo}]`).click()
  await page.locator('.result[data-status=done] .what-if').waitFor()
  const seen = await state(page)
  const explaining = seen.longest
  await page.evaluate(() => {
    Reflect.get(globalThis, 'seen').longest = 0
  })
  for (let i = 0; i < 4; i++) {
    await page.locator('.why button.feature').nth(i).click()
    await page.locator('[data-verdict]').waitFor()
  }
  const { longest: switching } = await state(page)
  await page.close()
  return {
    first: seen.first - seen.clicked,
    whole: seen.whole - seen.clicked,
    longest: explaining,
    switching,
  }
}

/** What was seen; long tasks are told a little after they ended. */
async function state(
  page: Page,
): Promise<{ clicked: number; first: number; whole: number; longest: number }> {
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)))
  return page.evaluate(() => Reflect.get(globalThis, 'seen'))
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
