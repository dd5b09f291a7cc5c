/**
 * The numbered journeys of the studio, in Chromium, on wide and narrow screens, light and dark: choose, explain, ask what
 * if, compare, keep, look at many. Each ends with a look for serious findings of axe, for anything that sticks out to the
 * right, for dialogs, errors and refusals of the page's policy.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseExplanation } from '../../src/contract/schema.ts'
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

const demo = (name: string) => fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))

describe.skipIf(executablePath === undefined)(`the studio${reason}`, () => {
  let browser: Browser
  let studio: Studio

  beforeAll(async () => {
    ;[browser, studio] = await Promise.all([launch(), start()])
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    await studio?.close()
  })

  describe.each(SCREENS)('on a screen that is $name', ({ viewport, colorScheme }) => {
    async function journey(walk: (page: Page) => Promise<void>): Promise<void> {
      const { page, events } = await open(browser, studio.url, { viewport, colorScheme })
      try {
        await page.locator('[data-demo]').first().waitFor()
        await walk(page)
        expect(await fitsWidth(page)).toBe(true)
        expect(await seriousFindings(page)).toEqual([])
        expect(events).toEqual([])
      } finally {
        await page.context().close()
      }
    }

    async function explained(page: Page, name: string): Promise<void> {
      await page.locator(`[data-demo=${name}]`).click()
      expect(await ended(page)).toBe('done')
    }

    const view = (page: Page, name: string) =>
      page.getByRole('navigation').getByRole('button', { name }).click()

    it(
      '1: a model and data of one’s own are dropped, a row is chosen and its values edited',
      () =>
        journey(async (page) => {
          await page
            .locator('input[type=file]')
            .first()
            .setInputFiles([demo('breast-cancer.onnx'), demo('breast-cancer.csv')])
          await page.locator('#instance-row').fill('3')
          await page.locator('#instance-row').press('Tab')
          await page.getByText('Values').first().click()
          await page.getByLabel('worst area', { exact: true }).fill('2000')
          await page.getByLabel('worst area', { exact: true }).press('Tab')
          await page.getByText('1 changed').waitFor()
          await page.locator('.go button').click()
          expect(await ended(page)).toBe('done')
          expect(await page.locator('.code code').textContent()).toContain(
            `--row 3 --instance '{"worst area":2000}'`,
          )
        }),
      PATIENCE,
    )

    it(
      '1: a picture is dropped, a text typed, a beat picked',
      () =>
        journey(async (page) => {
          await explained(page, 'demo-image')
          await page
            .locator('input[type=file]')
            .first()
            .setInputFiles([demo('digit-7.png')])
          await page.locator('#data').getByText('digit-7.png').waitFor({ state: 'attached' })
          await page.locator('.go button').click()
          await page.locator('h1', { hasText: 'Why 7?' }).waitFor()
          expect(await ended(page)).toBe('done')

          await page.locator('#model').selectOption('demo-spam')
          await page.locator('#instance-text').fill('Free prize! Call now to claim')
          await page.locator('.go button').click()
          await page.locator('h1', { hasText: 'Why spam?' }).waitFor()
          expect(await ended(page)).toBe('done')

          await page.locator('#model').selectOption('demo-beats')
          await page.locator('.lines button').nth(1).click()
          await page.locator('.go button').click()
          await page.locator('h1', { hasText: 'Why wide?' }).waitFor()
          expect(await ended(page)).toBe('done')
        }),
      PATIENCE,
    )

    it(
      '2: options have defaults and help; the explanation follows them, and so does the code',
      () =>
        journey(async (page) => {
          await explained(page, 'demo-table')
          await page.getByText('All options').click()
          for (const field of await page.locator('.setup .field:has(code)').all()) {
            expect((await field.locator('.help').textContent())?.length).toBeGreaterThan(10)
          }
          await page.locator('#option-numFeatures').fill('3')
          await page.locator('#option-surrogate').selectOption('lasso')
          await page.locator('#option-discretizer').selectOption('decile')
          await page.locator('.go button').click()
          await page.locator('.why tbody tr').nth(3).waitFor({ state: 'detached' })
          expect(await ended(page)).toBe('done')
          const code = page.locator('.code code')
          expect(await code.textContent()).toMatch(
            /--num-features 3 --seed 42 --surrogate lasso --discretizer decile$/,
          )
          await page.getByRole('button', { name: 'TypeScript' }).click()
          expect(await code.textContent()).toContain('surrogate: "lasso"')
        }),
      PATIENCE,
    )

    it(
      '3: a word, a segment, a stretch and a bin are switched off; model and surrogate answer',
      () =>
        journey(async (page) => {
          for (const name of ['demo-text', 'demo-image', 'demo-series', 'demo-table']) {
            await explained(page, name)
            const model = page.locator('[data-meter=model] .number')
            const before = await model.textContent()
            const place = name === 'demo-table' ? '.why' : '.subject'
            const strongest = await page
              .locator('.why tbody tr')
              .first()
              .getAttribute('data-feature')
            const part = page
              .locator(`${place} [data-feature="${strongest}"][aria-pressed]`)
              .first()
            await part.press('Enter')
            await page.locator('[data-verdict]').waitFor()
            expect(await part.getAttribute('aria-pressed')).toBe('false')
            expect(await model.textContent()).toContain('→')
            await page.getByRole('button', { name: 'Reset' }).click()
            await page.locator('[data-verdict]').waitFor({ state: 'detached' })
            expect(await model.textContent()).toBe(before)
            if (name !== 'demo-table') await page.getByTitle('To the beginning').click()
          }
          // A value that stays in its bin moves the model, but not what the surrogate says.
          await page.getByLabel('area error', { exact: true }).last().fill('50')
          await page.getByLabel('area error', { exact: true }).last().press('Tab')
          await page.locator('[data-verdict]').waitFor()
          expect(await page.locator('[data-meter=surrogate] .number').textContent()).not.toContain(
            '→',
          )
        }),
      PATIENCE,
    )

    it(
      '4: labels, models, settings and seeds are compared, with where they disagree',
      () =>
        journey(async (page) => {
          await page
            .locator('input[type=file]')
            .first()
            .setInputFiles([demo('breast-cancer.onnx')])
          await page.getByText('Gradient').waitFor({ state: 'attached' })
          await page.getByTitle('To the beginning').click()
          await explained(page, 'demo-table')
          await view(page, 'Compare')
          for (const what of ['Labels', 'Models', 'Settings', 'Seeds']) {
            await page.getByRole('button', { name: what }).click()
            await page.locator('form button.primary').click()
            await page.locator('.comparison[data-settled=true] .differences').waitFor()
            const rows = page.locator('.differences tbody tr')
            expect(await rows.count()).toBeGreaterThan(2)
            if (what === 'Labels') {
              // Of two classes what speaks for one speaks against the other, weight for weight.
              expect(await rows.first().locator('.verdict').textContent()).toBe('opposite signs')
              const [a, b] = await rows.first().locator('td.number').allTextContents()
              expect(Math.abs(number(a) + number(b))).toBeLessThan(1e-9)
            }
            if (what === 'Models') {
              // The same file twice.
              expect(await page.locator('.comparison p').first().textContent()).toContain(
                'Similarity of the weights: 1 ',
              )
            }
          }
        }),
      PATIENCE,
    )

    it(
      '5: an explanation is kept as report, JSON, SVG and PNG, by its address and in the history',
      () =>
        journey(async (page) => {
          await explained(page, 'demo-series')
          const files = new Map<string, Buffer>()
          for (const name of ['Report', 'JSON', 'SVG', 'PNG']) {
            const waiting = page.waitForEvent('download')
            await page.getByRole('button', { name, exact: true }).click()
            const download = await waiting
            expect(download.suggestedFilename()).toMatch(/^why-wide\.(html|json|svg|png)$/)
            files.set(name, await readFile(await download.path()))
          }
          expect(files.get('Report')!.toString()).toMatch(/^<!doctype html>.*Why wide\?/s)
          expect(files.get('SVG')!.toString()).toMatch(/^<svg .*<\/svg>\s*$/s)
          expect(files.get('PNG')!.subarray(1, 4).toString()).toBe('PNG')
          const kept = parseExplanation(JSON.parse(files.get('JSON')!.toString()))
          expect(kept.labels[0]?.name).toBe('wide')

          const first = await page.locator('.why tbody').textContent()
          const address = page.url()
          expect(address).toContain('#explain=')
          const other = await page.context().newPage()
          await other.goto(address)
          expect(await ended(other)).toBe('done')
          expect(await other.locator('.why tbody').textContent()).toBe(first)
          await other.close()

          await page.getByTitle('To the beginning').click()
          await explained(page, 'demo-text')
          await view(page, 'History')
          // Two of this tab, one of the other.
          await page.locator('.history li').nth(2).waitFor()
          await page.locator('.history .entry', { hasText: 'wide' }).first().click()
          expect(await page.locator('.why tbody').textContent()).toBe(first)
          await page.goBack()
          await page.locator('h1', { hasText: 'Why spam?' }).waitFor()
        }),
      PATIENCE,
    )

    it(
      '6: many rows are explained, filtered, sorted, summed up and opened',
      () =>
        journey(async (page) => {
          await explained(page, 'demo-table')
          await page.locator('#option-numSamples').fill('300')
          await page.locator('#option-numSamples').press('Tab')
          await view(page, 'Many')
          await page.locator('#many-count').fill('30')
          await page.locator('#many-count').press('Tab')
          await page.getByRole('button', { name: 'Explain 30' }).click()
          await page.locator('.many[data-status=done]').waitFor()
          const items = page.locator('.items li')
          expect(await items.count()).toBe(30)
          expect(await page.locator('.overall li').count()).toBeGreaterThan(5)
          expect(await page.locator('.picked li').count()).toBe(5)
          await page.locator('#filter-label').selectOption('benign')
          const benign = await items.count()
          await page.locator('#filter-label').selectOption('malignant')
          expect(benign + (await items.count())).toBe(30)
          await page.locator('#filter-label').selectOption('')
          await page.locator('#filter-order').selectOption('unsure')
          const surety = (await items.locator('.item-label .number').allTextContents()).map(number)
          expect(surety).toEqual([...surety].sort((a, b) => a - b))
          await page.locator('#filter-only').selectOption('wrong')
          for (const text of await items.allTextContents()) expect(text).toContain('in the data:')
          await page.locator('#filter-only').selectOption('all')
          await items.first().locator('button').click()
          expect(await ended(page)).toBe('done')
        }),
      PATIENCE,
    )
  })

  it(
    'runs over a folder of pictures, whose subfolders are the classes',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sodalime-pictures-'))
      const { mkdirSync, copyFileSync } = await import('node:fs')
      for (const digit of ['3', '4', '7', '8']) {
        mkdirSync(join(folder, digit))
        copyFileSync(demo(`digit-${digit}.png`), join(folder, digit, 'one.png'))
      }
      writeFileSync(join(folder, 'notes.txt'), 'no picture')
      const own = await start({ data: [folder] })
      try {
        const { page, events } = await open(browser, own.url)
        await page.locator('[data-demo=demo-image]').click()
        await ended(page)
        await page.locator('#data').selectOption({ label: folder.split('/').at(-1)! })
        await page.getByRole('navigation').getByRole('button', { name: 'Many' }).click()
        await page.locator('form button.primary').click()
        await page.locator('.many[data-status=done]').waitFor()
        expect(await page.locator('.items li').count()).toBe(4)
        expect(await page.locator('.many > p').first().textContent()).toContain(
          '4 of 4 predicted as labelled',
        )
        expect(events).toEqual([])
        await page.context().close()
      } finally {
        await own.close()
      }
    },
    PATIENCE,
  )
})

/** A number as the page writes it. */
function number(text: string | undefined): number {
  return Number.parseFloat((text ?? '').replace('−', '-'))
}
