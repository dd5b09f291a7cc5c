/**
 * The pictures of reports in `docs/gallery/`: every kind of report, at 1280 × 800 and 390 × 844, light and dark, as PNGs
 * with few colours. `npx tsx tools/report-pictures.ts [KIND …]`; needs Chromium and sharp.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import sharp from 'sharp'
import { browserArguments, findChromium } from './chromium.mjs'
import { reportPages } from './report-pages.ts'

const SIZES = [
  { name: 'wide', width: 1280, height: 800 },
  { name: 'narrow', width: 390, height: 844 },
]
const folder = fileURLToPath(new URL('../docs/gallery/reports/', import.meta.url))

/** What is done to a page before its picture: the part worth seeing. */
const SHOWN: { readonly [kind: string]: { selector: string; block: 'start' | 'center' } } = {
  image: { selector: '.image', block: 'center' },
  series: { selector: '.series', block: 'center' },
  text: { selector: '.text', block: 'center' },
  composite: { selector: '.text', block: 'center' },
  'side-by-side-models': { selector: '.compared', block: 'start' },
  'side-by-side-labels': { selector: '.columns', block: 'start' },
  gallery: { selector: '.cards', block: 'start' },
}

mkdirSync(folder, { recursive: true })
const asked = process.argv.slice(2)
const executablePath = findChromium()
if (executablePath === undefined) throw new Error('no Chromium on this machine')
const browser = await chromium.launch({ executablePath, args: browserArguments })
for (const [kind, html] of Object.entries(await reportPages())) {
  if (asked.length > 0 && !asked.includes(kind)) continue
  for (const { name, width, height } of SIZES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme })
      await page.setContent(html)
      const shown = SHOWN[kind]
      if (shown !== undefined) {
        await page
          .locator(shown.selector)
          .first()
          .evaluate((element, block) => {
            element.scrollIntoView({ block })
          }, shown.block)
      }
      const png = await page.screenshot()
      const small = await sharp(png).png({ palette: true, colours: 64, effort: 10 }).toBuffer()
      writeFileSync(`${folder}${kind}-${name}-${colorScheme}.png`, small)
      await page.close()
    }
  }
  console.log(kind)
}
await browser.close()
