/** Reports in a real browser: nothing runs, nothing is refused by the page's own policy, nothing overflows, axe is content. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderHtml } from '../../src/render/index.ts'
import { gallery } from './fixtures/explanations.ts'

interface Finder {
  readonly browserArguments: string[]
  readonly findChromium: () => string | undefined
}

const { browserArguments, findChromium }: Finder = await import(
  new URL('../../tools/chromium.mjs', import.meta.url).href
)
const executablePath = findChromium()
const reason = executablePath === undefined ? ' (skipped: no Chromium on this machine)' : ''

describe.skipIf(executablePath === undefined)(`reports in Chromium${reason}`, () => {
  let browser: Browser
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: browserArguments })
  })
  afterAll(async () => {
    await browser.close()
  })

  async function open(html: string, width: number, colorScheme: 'light' | 'dark') {
    const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme })
    const events: string[] = []
    page.on('dialog', (dialog) => {
      events.push(`dialog ${dialog.message()}`)
      dialog.dismiss().catch(() => undefined)
    })
    page.on('console', (message) => events.push(`console ${message.text()}`))
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) events.push(`request ${request.url()}`)
    })
    await page.setContent(html)
    return { page, events }
  }

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe)
    return page.evaluate(async () => {
      const run: unknown = Reflect.get(globalThis, 'axe')
      const { violations: found } = await (
        run as {
          run(): Promise<{
            violations: { id: string; impact: string; nodes: { html: string }[] }[]
          }>
        }
      ).run()
      return found
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)
    })
  }

  it.each(Object.keys(gallery).map((name, i) => [name, i % 2 === 0] as const))(
    'show %s quietly, within 390 and 1280 pixels, light and dark',
    async (name, even) => {
      for (const [width, scheme] of [
        [390, 'light'],
        [1280, 'dark'],
      ] as const) {
        const { page, events } = await open(renderHtml(gallery[name]!), width, scheme)
        await page.evaluate(() => {
          for (const box of document.querySelectorAll('details')) box.open = true
        })
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
          width,
        )
        expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('16px')
        expect(events).toEqual([])
        expect(await page.evaluate(handlers)).toEqual([])
        if ((scheme === 'dark') === even) expect(await violations(page)).toEqual([])
        await page.close()
      }
    },
  )

  /** Event handlers and inline styles anywhere in the page. */
  function handlers(): string[] {
    return Array.from(document.querySelectorAll('*')).flatMap((element) =>
      element.getAttributeNames().filter((attribute) => /^on|^style$/.test(attribute)),
    )
  }

  it('turn the labels over by keyboard, and show all of them on paper', async () => {
    const { page } = await open(renderHtml(gallery.iris!), 1280, 'light')
    const panels = page.locator('.panel')
    expect(await panels.evaluateAll((all) => all.map((one) => one.checkVisibility()))).toEqual([
      true,
      false,
      false,
    ])
    await page.locator('.tabs > input').first().focus()
    await page.keyboard.press('ArrowRight')
    expect(await panels.evaluateAll((all) => all.map((one) => one.checkVisibility()))).toEqual([
      false,
      true,
      false,
    ])
    await page.emulateMedia({ media: 'print' })
    expect(await panels.evaluateAll((all) => all.map((one) => one.checkVisibility()))).toEqual([
      true,
      true,
      true,
    ])
    await page.close()
  })
})
