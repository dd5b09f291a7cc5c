/**
 * Pictures of the studio for the documentation, into `docs/gallery/studio`: each view, wide and narrow, light and dark.
 * After `npm run build`: `npx tsx tools/make-studio-gallery.ts`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright'
import sharp from 'sharp'
import { startStudio } from '../src/serve/start.ts'
import { browserArguments, findChromium } from './chromium.mjs'

const folder = fileURLToPath(new URL('../docs/gallery/studio/', import.meta.url))
mkdirSync(folder, { recursive: true })
const studio = await startStudio({ port: 0 })
const executablePath = findChromium()
if (executablePath === undefined) throw new Error('no Chromium on this machine')
const browser = await chromium.launch({ executablePath, args: browserArguments })

for (const [size, viewport] of [
  ['wide', { width: 1280, height: 800 }],
  ['narrow', { width: 390, height: 844 }],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport, colorScheme })
    const shot = async (name: string) => {
      // Sixty-four colours are enough for flat surfaces and text.
      const png = await sharp(await page.screenshot())
        .png({ palette: true, colours: 64 })
        .toBuffer()
      writeFileSync(`${folder}${name}-${size}-${colorScheme}.png`, png)
    }
    await page.goto(studio.url)
    await page.locator('[data-demo]').first().waitFor()
    await shot('start')
    for (const demo of ['table', 'text', 'image', 'series']) {
      await explained(page, demo)
      await shot(demo)
      await page.getByTitle('To the beginning').click()
    }
    await explained(page, 'image')
    for (const i of [0, 1]) await page.locator('.why button.feature').nth(i).click()
    await page.locator('[data-verdict]').waitFor()
    await page.evaluate(() => document.querySelector('.what-if')?.scrollIntoView())
    await shot('what-if')
    await view(page, 'Compare')
    await page.locator('form button.primary').click()
    await page.locator('.comparison[data-settled=true] .differences').waitFor()
    await page.evaluate(() => scrollTo(0, 150))
    await shot('compare')
    await page.getByTitle('To the beginning').click()
    await explained(page, 'table')
    await view(page, 'Many')
    await page.locator('form button.primary').click()
    await page.locator('.many[data-status=done]').waitFor()
    await shot('many')
    await view(page, 'History')
    await shot('history')
    await page.close()
  }
}
await browser.close()
await studio.close()

async function explained(page: Page, demo: string): Promise<void> {
  await page.locator(`[data-demo=demo-${demo}]`).click()
  await page.locator('.result[data-status=done] .what-if').waitFor()
}

async function view(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name }).click()
}
