/** Trouble: a model that fails in the middle, a server that goes and comes, very large input, two tabs, Ctrl-C. */
import { spawn } from 'node:child_process'
import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Studio } from '../../src/serve/start.ts'
import type { Setup } from '../../src/workbench/index.ts'
import { ended, executablePath, launch, open, PATIENCE, reason, start } from './studio-page.ts'

const program = fileURLToPath(new URL('../fixtures/programs/predict.mjs', import.meta.url))
const newFolder = () => mkdtempSync(join(tmpdir(), 'sodalime-trouble-'))

/** A table of three columns, and a program that answers three batches of it and fails then. */
function table(): string {
  const path = join(newFolder(), 'table.csv')
  const rows = Array.from({ length: 60 }, (_, i) => [i % 7, (i * 3) % 11, i % 5].join())
  writeFileSync(path, ['a,b,c', ...rows].join('\n'))
  return path
}

describe.skipIf(executablePath === undefined)(`the page in trouble${reason}`, () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  }, PATIENCE)
  afterAll(() => browser?.close())

  /** Chooses the model that was given, and the data. */
  async function chooseGiven(page: Page): Promise<void> {
    await page.locator('[aria-labelledby=own-heading] .card').first().click()
  }

  it(
    'says why a model failed in the middle, and keeps the explanation of its answers before',
    async () => {
      const model = `process:${process.execPath} ${program} fails-later`
      const studio = await start({ models: [model], data: [table()] })
      try {
        const { page, events } = await open(browser, studio.url)
        await chooseGiven(page)
        await page.locator('#option-numSamples').fill('5000')
        await page.locator('.go button').click()
        expect(await ended(page)).toBe('failed')
        expect(await page.locator('.failure').textContent()).toContain('the graphics card has gone')
        expect(await page.locator('.failure').textContent()).toContain('answered by then')
        expect(await page.locator('.why tbody tr').count()).toBe(3)
        expect(await page.locator('#trust-heading + div').textContent()).toMatch(/1500|1,500/)
        expect(events).toEqual([])
        await page.context().close()
      } finally {
        await studio.close()
      }
    },
    PATIENCE,
  )

  it(
    'stops a run on request, keeps what is there, and frees the server for the next',
    async () => {
      const studio = await start()
      try {
        const { page, events } = await open(browser, studio.url)
        await page.locator('[data-demo=demo-image]').click()
        await ended(page)
        await page.locator('#option-numSamples').fill('100000')
        await page.getByText('All options').click()
        await page.locator('#option-batchSize').fill('1')
        await page.locator('.go button').click()
        await page.locator('.why tbody tr').first().waitFor()
        await page.locator('.progress-words', { hasText: 'left' }).waitFor()
        await page.getByRole('button', { name: 'Stop' }).click()
        expect(await ended(page)).toBe('stopped')
        expect(await page.locator('.note').textContent()).toMatch(
          /Stopped after .* of \d+,\d{3} samples/,
        )
        expect(await page.locator('.why tbody tr').count()).toBeGreaterThan(0)
        await page.locator('#option-numSamples').fill('500')
        await page.locator('.go button').click()
        expect(await ended(page)).toBe('done')
        expect(events).toEqual([])
        await page.context().close()
      } finally {
        await studio.close()
      }
    },
    PATIENCE,
  )

  it(
    'says that the server has gone, keeps what is shown, and finds it again',
    async () => {
      let studio = await start()
      const { port } = studio
      const { page } = await open(browser, studio.url)
      await page.locator('[data-demo=demo-text]').click()
      await ended(page)
      await page.locator('#option-numSamples').fill('100000')
      await page.locator('.go button').click()
      await page.locator('.progress-words', { hasText: 'samples' }).waitFor()
      await page.locator('.why tbody tr').first().waitFor()
      await studio.close()
      await page.locator('.lost').waitFor()
      expect(await ended(page)).toBe('failed')
      expect(await page.locator('.failure').first().textContent()).toContain('cannot be reached')
      expect(await page.locator('.why tbody tr').count()).toBeGreaterThan(0)
      studio = await start({ port })
      try {
        await page.locator('.lost').waitFor({ state: 'detached' })
        await page.locator('#option-numSamples').fill('1000')
        await page.locator('.go button').click()
        expect(await ended(page)).toBe('done')
      } finally {
        await page.context().close()
        await studio.close()
      }
    },
    PATIENCE,
  )

  describe('with large input and other tabs', () => {
    let studio: Studio

    beforeAll(async () => {
      studio = await start()
    }, PATIENCE)
    afterAll(() => studio?.close())

    it(
      'explains a megabyte of text without drawing all of it',
      async () => {
        const { page, events } = await open(browser, studio.url)
        await page.locator('[data-demo=demo-text]').click()
        await ended(page)
        const text = `Call now to claim your prize. ${'Nothing of note was said here today at all. '.repeat(23_000)}`
        expect(text.length).toBeGreaterThan(1_000_000)
        await page.locator('#instance-text').fill(text)
        await page.locator('#option-numSamples').fill('40')
        await page.locator('.go button').click()
        await page.locator('.subject', { hasText: 'prize' }).waitFor()
        expect(await ended(page)).toBe('done')
        const shown = await page.locator('.subject').evaluate((one) => one.innerHTML.length)
        expect(shown).toBeLessThan(1_000_000)
        expect(events).toEqual([])
        await page.context().close()
      },
      PATIENCE,
    )

    it(
      'refuses a gigabyte of CSV before it is sent',
      async () => {
        const path = join(newFolder(), 'large.csv')
        writeFileSync(path, 'a,b\n1,2\n')
        truncateSync(path, 1_000_000_000)
        const { page, events } = await open(browser, studio.url)
        await page.locator('[data-demo]').first().waitFor()
        const sent: string[] = []
        page.on('request', (request) => {
          if (request.method() === 'POST') sent.push(request.url())
        })
        await page.locator('input[type=file]').first().setInputFiles(path)
        await page.locator('.notice .failure').waitFor()
        expect(await page.locator('.notice').textContent()).toContain('at most 200 MB')
        expect(sent).toEqual([])
        expect(events).toEqual([])
        await page.context().close()
      },
      PATIENCE,
    )

    it(
      'keeps two tabs apart that explain at once, and shows in both what one has dropped',
      async () => {
        const { page, events } = await open(browser, studio.url)
        const other = await page.context().newPage()
        await other.goto(studio.url)
        await Promise.all([
          page.locator('[data-demo=demo-image]').click(),
          other.locator('[data-demo=demo-series]').click(),
        ])
        expect(await Promise.all([ended(page), ended(other)])).toEqual(['done', 'done'])
        expect(await page.locator('h1').textContent()).toBe('Why 4?')
        expect(await other.locator('h1').textContent()).toBe('Why wide?')
        const folder = newFolder()
        const path = join(folder, 'shared-by-tabs.csv')
        writeFileSync(path, 'a,b\n1,2\n3,4\n')
        await page.locator('input[type=file]').first().setInputFiles(path)
        await other.locator('#model').selectOption('demo-breast-cancer')
        await other.locator('#data').getByText('shared-by-tabs').waitFor({ state: 'attached' })
        // One history for both.
        await other.getByRole('navigation').getByRole('button', { name: 'History' }).click()
        await other.locator('.history li').nth(1).waitFor()
        expect(events).toEqual([])
        await page.context().close()
      },
      PATIENCE,
    )
  })
})

describe('sodalime studio as a command', () => {
  it(
    'ends cleanly at Ctrl-C in the middle of a run',
    async () => {
      const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
      const child = spawn(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), main, 'studio', '--port', '0'],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      )
      let stderr = ''
      child.stderr.on('data', (chunk) => {
        stderr += chunk
      })
      const code = new Promise((resolve) => child.on('close', resolve))
      const url = await new Promise<string>((resolve, reject) => {
        let stdout = ''
        child.stdout.on('data', (chunk) => {
          stdout += chunk
          const found = /http:\S+/.exec(stdout)?.[0]
          if (found !== undefined) resolve(found)
        })
        child.on('close', () => reject(new Error(stderr)))
      })
      await fetch(`${url}api/files?name=a.csv`, { method: 'POST', body: 'a,b\n1,2\n3,4\n' })
      const left = async () =>
        (await readdir(tmpdir())).filter((name) => name.startsWith('sodalime-studio-'))
      const during = await left()
      const setup: Setup = {
        kind: 'image',
        model: 'demo-digits',
        data: 'demo-pictures',
        row: 0,
        options: { numSamples: 100_000, batchSize: 1, segmentation: 'grid', segments: 49 },
      }
      const response = await fetch(`${url}api/explain`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(setup),
      })
      await response.body!.getReader().read()
      child.kill('SIGINT')
      expect(await code).toBe(130)
      expect(stderr).not.toMatch(/at .*\.ts/)
      const after = await left()
      expect(during.filter((name) => !after.includes(name))).toHaveLength(1)
    },
    PATIENCE,
  )
})
