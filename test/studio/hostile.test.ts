/**
 * Two hundred injection strings as names of columns, categories, classes, files and words: none of them runs, none is
 * refused by the page's policy (which would mean that it had become markup), in any view.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenedModel } from '../../src/models/open.ts'
import type { Studio } from '../../src/serve/start.ts'
import { injectionStrings } from '../fixtures/injection-strings.ts'
import { ended, executablePath, launch, open, PATIENCE, reason, start } from './studio-page.ts'

const names = [...new Set(injectionStrings)]

/** A model whose answer for a class depends on all that it is asked about. */
function hostileModel(): OpenedModel {
  return {
    task: 'classification',
    classNames: names,
    predict: (inputs) =>
      inputs.map((input) => {
        const text = JSON.stringify(input)
        let sum = 0
        for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 997
        const scores = names.map((_, i) => 1 + ((sum + i * 7) % 11) + (i === 3 ? text.length : 0))
        const total = scores.reduce((all, one) => all + one, 0)
        return scores.map((one) => one / total)
      }),
    close: async () => {},
  }
}

describe.skipIf(executablePath === undefined)(`hostile names in the studio${reason}`, () => {
  let browser: Browser
  let studio: Studio

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sodalime-hostile-'))
    const rows = Array.from({ length: 8 }, (_, row) => {
      const entries = names.map((name, c) => [name, names[(row * 31 + c) % names.length]!])
      // Written by hand: some names mean something to an object literal.
      return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)}}`
    })
    const path = join(folder, 'hostile.jsonl')
    writeFileSync(path, rows.join('\n'))
    ;[browser, studio] = await Promise.all([launch(), start({ data: [path] })])
    studio.workbench.addModel({
      id: names[0]!,
      name: names[0]!,
      source: names[1]!,
      origin: 'given',
      kinds: ['tabular', 'text', 'image', 'series'],
      saidClassNames: names,
      open: async () => hostileModel(),
    })
    await studio.workbench.open(names[0]!)
    const picture = readFileSync(fileURLToPath(new URL('../../demo/digit-3.png', import.meta.url)))
    // The names of files that a page may send; endings decide what they are.
    for (const name of names) {
      const query = new URLSearchParams({ name: `${name}.png`, batch: 'hostile' })
      await fetch(`http://127.0.0.1:${studio.port}/api/files?${query}`, {
        method: 'POST',
        body: picture,
      })
    }
  }, PATIENCE)
  afterAll(async () => {
    await browser?.close()
    await studio?.close()
  })

  async function quiet(page: Page, events: readonly string[]): Promise<void> {
    expect(events).toEqual([])
    expect(await page.evaluate(() => Reflect.get(globalThis, 'pwned'))).toBeUndefined()
    const made = await page.evaluate(() =>
      Array.from(
        document.querySelectorAll('script, iframe, object, embed, base, form[action], [style]'),
      )
        .filter((one) => !one.matches('script[src^="./assets/"], [style=""]'))
        .map((one) => one.outerHTML.slice(0, 200)),
    )
    expect(made).toEqual([])
    const handlers = await page.evaluate(() =>
      Array.from(document.querySelectorAll('*')).flatMap((one) =>
        one.getAttributeNames().filter((name) => name.startsWith('on')),
      ),
    )
    expect(handlers).toEqual([])
  }

  it(
    'stay text in a table: values, weights, what if, code, compare, many, history',
    async () => {
      const { page, events } = await open(browser, studio.url)
      await page.locator('[aria-labelledby=own-heading] .card').first().click()
      await page.locator('#option-numFeatures').fill('200')
      await page.locator('#option-numSamples').fill('300')
      await page.getByText('Values').first().click()
      await page.getByText('All options').click()
      await page.locator('.go button').click()
      expect(await ended(page)).toBe('done')
      await quiet(page, events)
      await page.locator('.why button.feature').first().click()
      await page.locator('[data-verdict]').waitFor()
      await page.getByRole('button', { name: 'TypeScript' }).click()
      await page.locator('.why tbody tr').first().hover()
      await quiet(page, events)
      const navigation = page.getByRole('navigation')
      await navigation.getByRole('button', { name: 'Compare' }).click()
      await page.getByRole('button', { name: 'Seeds' }).click()
      await page.locator('form button.primary').click()
      await page.locator('.comparison[data-settled=true] .differences').waitFor()
      await quiet(page, events)
      await navigation.getByRole('button', { name: 'Many' }).click()
      await page.locator('form button.primary').click()
      await page.locator('.many[data-status=done]').waitFor()
      await quiet(page, events)
      await navigation.getByRole('button', { name: 'History' }).click()
      await page.locator('.history li').first().waitFor()
      await quiet(page, events)
      await page.context().close()
    },
    PATIENCE,
  )

  it(
    'stay text as words of a text and names of pictures',
    async () => {
      const { page, events } = await open(browser, studio.url)
      await page.locator('[data-demo=demo-text]').click()
      await ended(page)
      await page.locator('#model').selectOption(names[0]!)
      await page.locator('#instance-text').fill(names.join('\n\n'))
      await page.locator('#option-numFeatures').fill('200')
      await page.locator('#option-numSamples').fill('300')
      await page.getByText('All options').click()
      await page.locator('#option-unit').selectOption('paragraph')
      await page.locator('.go button').click()
      await page.locator('.why tbody tr').nth(20).waitFor()
      expect(await ended(page)).toBe('done')
      await quiet(page, events)

      const pictures = studio.workbench.catalogue().data.find(({ id }) => id === 'dropped-hostile')
      expect(pictures?.count).toBeGreaterThan(100)
      await page.locator('#data').selectOption('dropped-hostile')
      await page.locator('.thumbnails img').first().waitFor()
      await page.locator('#option-numSamples').fill('60')
      await page.locator('.go button').click()
      await page.locator('.subject .picture').waitFor()
      expect(await ended(page)).toBe('done')
      await quiet(page, events)
      await page.context().close()
    },
    PATIENCE,
  )
})
