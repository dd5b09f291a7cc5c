/** Sites without a server: what `--static` writes, and that the models run in the page. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientFolder } from '../../src/serve/client-files.ts'
import { exportSite } from '../../src/serve/export-site.ts'
import { ended, executablePath, launch, open, PATIENCE, reason, start } from './studio-page.ts'

const demo = (name: string) => fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
const newFolder = () => mkdtempSync(join(tmpdir(), 'sodalime-site-'))

describe('the scripts of the page', () => {
  it('are under 200 kB together, compressed, with the worker of sites that need no server', () => {
    const folder = clientFolder()
    const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.m?js$/.test(name),
    )
    expect(scripts.length).toBeGreaterThan(2)
    const sizes = scripts.map((name) => gzipSync(readFileSync(join(folder, name))).length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000)
    // ONNX Runtime's WebAssembly comes with a site, and is loaded with its first model.
    expect(
      readdirSync(folder, { recursive: true }).some((name) => /\.wasm$/.test(String(name))),
    ).toBe(false)
  })
})

describe('the export of a site', () => {
  it('refuses a folder that holds something, and leaves it as it is', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'mine.txt'), 'mine')
    await expect(exportSite(folder, {})).rejects.toThrow(/which holds 1 files/)
    expect(readdirSync(folder)).toEqual(['mine.txt'])
  })

  it('refuses a model that cannot run in a page, and leaves nothing behind', async () => {
    const folder = join(newFolder(), 'site')
    const program = 'process:cat'
    await expect(exportSite(folder, { models: [program] })).rejects.toThrow()
    expect(existsSync(folder)).toBe(false)
  })
})

describe.skipIf(executablePath === undefined)(`a site without a server${reason}`, () => {
  let browser: Browser
  let server: Server
  let url: string
  const asked: string[] = []

  beforeAll(async () => {
    browser = await launch()
    const folder = join(newFolder(), 'site')
    const photos = newFolder()
    mkdirSync(join(photos, 'seven'))
    writeFileSync(join(photos, 'seven', 'a.png'), readFileSync(demo('digit-7.png')))
    await exportSite(folder, {
      models: [demo('breast-cancer.onnx')],
      data: [demo('breast-cancer.csv'), photos],
      target: 'diagnosis',
    })
    // Any file server: types by endings, and nothing else.
    const types: { readonly [ending: string]: string } = {
      '.html': 'text/html',
      '.js': 'text/javascript',
      '.mjs': 'text/javascript',
      '.css': 'text/css',
      '.svg': 'image/svg+xml',
      '.json': 'application/json',
      '.wasm': 'application/wasm',
    }
    server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname.replace('/sub/', '/')
      asked.push(path)
      const file = join(folder, path === '/' ? 'index.html' : path)
      if (!existsSync(file)) {
        response.writeHead(404).end()
        return
      }
      const type = types[extname(file)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type }).end(readFileSync(file))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sub/`
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  it(
    'explains the four demonstrations in the page, with the weights of the server',
    async () => {
      const studio = await start()
      const { page, events } = await open(browser, url)
      await page.locator('[data-demo]').first().waitFor()
      // The runtime is not loaded before it is needed.
      expect(asked.some((path) => path.endsWith('.wasm'))).toBe(false)
      for (const [name, title] of [
        ['demo-table', 'Why malignant?'],
        ['demo-text', 'Why spam?'],
        ['demo-image', 'Why 4?'],
        ['demo-series', 'Why wide?'],
      ] as const) {
        await page.locator(`[data-demo=${name}]`).click()
        expect(await ended(page)).toBe('done')
        expect(await page.locator('h1').textContent()).toBe(title)
        const weights = await page.locator('.why td.weight').allTextContents()
        const other = await open(browser, studio.url)
        await other.page.locator(`[data-demo=${name}]`).click()
        await ended(other.page)
        const there = await other.page.locator('.why td.weight').allTextContents()
        await other.page.context().close()
        expect(weights.length).toBe(there.length)
        // Two runtimes agree to a few digits of their single precision.
        weights.forEach((text, i) => {
          expect(Math.abs(number(text) - number(there[i]!))).toBeLessThan(0.005)
        })
        await page.getByTitle('To the beginning').click()
      }
      expect(events).toEqual([])
      await page.context().close()
      await studio.close()
    },
    2 * PATIENCE,
  )

  it(
    'answers what if, runs over many, takes dropped files and models of one’s own',
    async () => {
      const { page, events } = await open(browser, url)
      await page.locator('[data-demo=demo-text]').click()
      await ended(page)
      await page.locator('.why button.feature').first().click()
      await page.locator('[data-verdict]').waitFor()

      await page
        .locator('input[type=file]')
        .first()
        .setInputFiles([demo('digits.onnx')])
      await page.locator('#model').getByText('digits.onnx').waitFor({ state: 'attached' })
      await page
        .locator('input[type=file]')
        .first()
        .setInputFiles([demo('digit-8.png')])
      await page.locator('#data').getByText('digit-8.png').waitFor({ state: 'attached' })
      await page.locator('.go button').click()
      await page.locator('h1', { hasText: 'Why 8?' }).waitFor()
      expect(await ended(page)).toBe('done')

      await page.locator('#model').selectOption('breast-cancer.onnx')
      await page.locator('#data').selectOption('breast-cancer.csv')
      await page.locator('#option-numSamples').fill('300')
      await page.getByRole('navigation').getByRole('button', { name: 'Many' }).click()
      await page.locator('#many-count').fill('12')
      await page.locator('#many-count').press('Tab')
      await page.getByRole('button', { name: 'Explain 12' }).click()
      await page.locator('.many[data-status=done]').waitFor()
      expect(await page.locator('.items li').count()).toBe(12)
      expect(events).toEqual([])
      await page.context().close()
    },
    PATIENCE,
  )
})

function number(text: string): number {
  return Number.parseFloat(text.replace('−', '-').replace('+', ''))
}
