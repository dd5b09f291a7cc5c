/** Journey 2: a demonstration is explained after one click, with progress, on wide and narrow screens, light and dark. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Studio } from '../../src/serve/start.ts'
import {
  ended,
  executablePath,
  fitsWidth,
  launch,
  open,
  PATIENCE,
  reason,
  SCREENS,
  seriousFindings,
  start,
} from './studio-page.ts'

describe.skipIf(executablePath === undefined)(`the demonstrations of the studio${reason}`, () => {
  let browser: Browser
  let studio: Studio

  beforeAll(async () => {
    ;[browser, studio] = await Promise.all([launch(), start()])
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    await studio?.close()
  })

  const demos = [
    ['demo-table', 'Why malignant?', 'worst area'],
    ['demo-text', 'Why spam?', 'reply'],
    ['demo-image', 'Why 4?', 'segment 30'],
    ['demo-series', 'Why wide?', '283'],
  ] as const

  describe.each(SCREENS)('on a screen that is $name', ({ viewport, colorScheme }) => {
    it.each(demos)(
      '%s answers %s',
      async (demo, title, strongest) => {
        const { page, events } = await open(browser, studio.url, { viewport, colorScheme })
        await page.locator(`[data-demo=${demo}]`).click()
        expect(await ended(page)).toBe('done')
        expect(await page.locator('h1').textContent()).toBe(title)
        expect(await page.locator('.why tbody tr').first().textContent()).toContain(strongest)
        expect(await fitsWidth(page)).toBe(true)
        expect(await seriousFindings(page)).toEqual([])
        expect(events).toEqual([])
        await page.context().close()
      },
      PATIENCE,
    )

    it(
      'the first page has no serious findings',
      async () => {
        const { page, events } = await open(browser, studio.url, { viewport, colorScheme })
        await page.locator('[data-demo]').first().waitFor()
        expect(await fitsWidth(page)).toBe(true)
        expect(await seriousFindings(page)).toEqual([])
        expect(events).toEqual([])
        await page.context().close()
      },
      PATIENCE,
    )
  })
})
