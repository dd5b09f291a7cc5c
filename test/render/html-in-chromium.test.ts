/**
 * Reports of every kind in a real browser: nothing of a stranger's runs, nothing is refused by the page's own policy,
 * nothing overflows, axe is content, keyboard and pointer do what they should.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExplanationData } from '../../src/contract/index.ts'
import {
  drawInstance,
  drawingStyles,
  drawPrediction,
  drawWeights,
  renderGallery,
  renderHtml,
  renderImageSvg,
  renderNotebook,
  renderPick,
  renderSeriesSvg,
  renderSideBySide,
  renderSvg,
} from '../../src/render/index.ts'
import { reportPages } from '../../tools/report-pages.ts'
import { injectionKinds, injectionStrings } from '../fixtures/injection-strings.ts'
import { gallery, image, series } from './fixtures/explanations.ts'
import { named, namedEverywhere } from './fixtures/hostile-explanations.ts'

interface Finder {
  readonly browserArguments: string[]
  readonly findChromium: () => string | undefined
}

const { browserArguments, findChromium }: Finder = await import(
  new URL('../../tools/chromium.mjs', import.meta.url).href
)
const executablePath = findChromium()
const reason = executablePath === undefined ? ' (skipped: no Chromium on this machine)' : ''
/** Where the page seems to come from; nothing answers there but the test itself. */
const ADDRESS = 'http://report.test/'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe.skipIf(executablePath === undefined)(`reports in Chromium${reason}`, () => {
  let browser: Browser
  let pages: { readonly [kind: string]: string }

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: browserArguments })
    pages = await reportPages()
  })
  afterAll(async () => {
    await browser.close()
  })

  /** A page, and everything that it did and should not have done. */
  async function open(html: string, width: number, colorScheme: 'light' | 'dark', script = true) {
    const context = await browser.newContext({
      viewport: { width, height: width < 800 ? 844 : 800 },
      colorScheme,
      javaScriptEnabled: script,
    })
    const page = await context.newPage()
    const events: string[] = []
    page.on('dialog', (dialog) => {
      events.push(`dialog ${dialog.message()}`)
      dialog.dismiss().catch(() => undefined)
    })
    page.on('console', (message) => events.push(`console ${message.text()}`))
    page.on('pageerror', (error) => events.push(`error ${error.message}`))
    page.on('popup', () => events.push('popup'))
    page.on('framenavigated', (frame) => {
      if (frame.url() !== ADDRESS) events.push(`navigated ${frame.url()}`)
    })
    page.on('request', (request) => {
      const url = request.url()
      if (url !== ADDRESS && !url.startsWith('data:image/')) events.push(`request ${url}`)
    })
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => {
        console.log(`violation ${event.violatedDirective} ${event.blockedURI}`)
      })
    })
    await page.route('**/*', (route) =>
      route.request().url() === ADDRESS
        ? route.fulfill({ contentType: 'text/html', body: html })
        : route.abort(),
    )
    await page.goto(ADDRESS)
    return { page, events, close: () => context.close() }
  }

  /** What axe calls serious or critical. It is run from outside of the page's policy. */
  async function violations(page: Page): Promise<string[]> {
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
    return page.evaluate(async () => {
      const run: unknown = Reflect.get(globalThis, 'axe')
      const { violations: found } = await (
        run as {
          run(options: object): Promise<{
            violations: { id: string; impact: string; nodes: { html: string }[] }[]
          }>
        }
      ).run({ resultTypes: ['violations'] })
      return found
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)
    })
  }

  /** Event handlers and inline styles in the markup. */
  function handlers(): string[] {
    return Array.from(document.querySelectorAll('*')).flatMap((element) =>
      element
        .getAttributeNames()
        .filter((attribute) => /^on|^style$/.test(attribute) && !element.matches('.picture')),
    )
  }

  async function soundPage(html: string, width: number, scheme: 'light' | 'dark') {
    const { page, events, close } = await open(html, width, scheme)
    await page.evaluate(() => {
      for (const box of document.querySelectorAll('details')) box.open = true
    })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      width,
    )
    expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('16px')
    expect(await page.evaluate(handlers)).toEqual([])
    expect(events).toEqual([])
    return { page, events, close }
  }

  it('of real models have no serious finding of axe, wide and narrow, light and dark', async () => {
    for (const [kind, html] of Object.entries(pages)) {
      const { page, events, close } = await soundPage(html, 1280, 'light')
      for (const [width, height, colorScheme] of [
        [1280, 800, 'light'],
        [1280, 800, 'dark'],
        [390, 844, 'dark'],
        [390, 844, 'light'],
      ] as const) {
        await page.setViewportSize({ width, height })
        await page.emulateMedia({ colorScheme })
        const found = await violations(page)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        expect({ kind, width, colorScheme, found, fits: wide <= width }).toEqual({
          ...{ kind, width, colorScheme, found: [], fits: true },
        })
      }
      expect(events).toEqual([])
      await close()
    }
  }, 240_000)

  it.each(Object.keys(gallery).map((name, i) => [name, i % 2 === 0] as const))(
    'show %s quietly, within 390 and 1280 pixels',
    async (name, even) => {
      for (const [width, scheme] of [
        [390, even ? 'light' : 'dark'],
        [1280, even ? 'dark' : 'light'],
      ] as const) {
        const { page, close } = await soundPage(renderHtml(gallery[name]!), width, scheme)
        if ((scheme === 'dark') === even) expect(await violations(page)).toEqual([])
        await close()
      }
    },
  )

  it('catch an attack where there is one: the listeners are no decoration', async () => {
    const { events, close } = await open('<img src=x onerror="alert(1)">', 390, 'light')
    await expect.poll(() => events).toContain('dialog 1')
    await close()
    const policy = pages.text!.replace('</body>', '<script>alert(2)</script></body>')
    const guarded = await open(policy, 390, 'light')
    await expect
      .poll(() => guarded.events.some((event) => /violation script-src-elem/.test(event)))
      .toBe(true)
    expect(guarded.events).not.toContain('dialog 2')
    await guarded.close()
  })

  it('are two hundred injection strings, each once', () => {
    expect(injectionStrings).toHaveLength(200)
    expect(new Set(injectionStrings).size).toBe(200)
    expect(Object.keys(injectionKinds).length).toBeGreaterThanOrEqual(10)
  })

  it.each(Object.entries(injectionKinds))(
    'never run or load %s as class, word, column, channel or file name',
    async (_, strings) => {
      const all = strings.flatMap((text, i) => named(text, strings[(i + 1) % strings.length]!))
      const entries = all.map((explanation, i) => ({
        name: strings[i % strings.length]!,
        explanation,
        truth: strings[(i + 3) % strings.length]!,
      }))
      const pick = {
        picked: [0, 1, 2],
        importances: strings.map((name, i) => ({ name, importance: 1 + i })),
        coverage: 0.5,
      }
      const reports = [
        renderHtml(all, { title: strings[0]! }),
        renderGallery(entries, { title: strings[1]! }),
        renderSideBySide(entries.slice(0, 4), { title: strings[2]! }),
        renderPick(entries, pick, { title: strings[3]! }),
      ]
      for (const html of reports) {
        const { page, close } = await soundPage(html, 1280, 'light')
        await page.mouse.move(600, 400)
        await page.keyboard.press('Tab')
        expect(
          await page.evaluate(() => ({
            pwned: Reflect.get(globalThis, 'pwned'),
            scripts: document.scripts.length,
            foreign: document.querySelectorAll(
              'iframe, object, embed, base, link, img, math, foreignObject, template, [srcdoc], [href^="j" i], [action]',
            ).length,
          })),
        ).toEqual({ pwned: undefined, scripts: 1, foreign: 0 })
        await close()
      }
    },
  )

  it('keep hostile names as they are, with what acts made visible', async () => {
    const { page, close } = await open(renderHtml(namedEverywhere(injectionStrings)), 1280, 'light')
    const shown = await page.locator('table.values th[scope=row]').allTextContents()
    expect(shown).toHaveLength(200)
    const plain = injectionStrings.filter((text) => /^[ -~]+$/.test(text))
    expect(plain.length).toBeGreaterThan(150)
    for (const text of plain) expect(shown).toContain(text)
    await close()
  })

  it('run nothing of hostile names in drawings put into a page without a policy', async () => {
    for (const strings of Object.values(injectionKinds)) {
      const drawn = strings.flatMap((text, i) =>
        named(text, strings[(i + 1) % strings.length]!)
          // Every string in two of the five kinds, every kind with every kind of string.
          .filter((_, k) => (i + k) % 5 < 2)
          .map((data, k) =>
            [
              drawPrediction(data),
              drawWeights(data, { switchedOff: [0] }),
              drawInstance(data, { id: `d${i}-${k}`, switchedOff: [0] }),
              renderSvg(data),
              data.instance.kind === 'image' ? renderImageSvg(data) : '',
              data.instance.kind === 'series' ? renderSeriesSvg(data) : '',
            ].join('\n'),
          ),
      )
      const html = `<!doctype html><title>drawings</title><style>${drawingStyles}</style><div id="root"></div>`
      const { page, events, close } = await open(html, 1280, 'light')
      await page.evaluate((text) => {
        document.getElementById('root')!.innerHTML = text
      }, drawn.join('\n'))
      await page.mouse.move(300, 300)
      await page.keyboard.press('Tab')
      expect(await page.evaluate(handlers)).toEqual([])
      expect(events).toEqual([])
      await close()
    }
  })

  it('turn the labels over by keyboard, and show all of them on paper', async () => {
    const { page, close } = await open(renderHtml(gallery.iris!), 1280, 'light')
    const panels = page.locator('.panel')
    const visible = () =>
      panels.evaluateAll((all) => all.map((one) => (one as HTMLElement).checkVisibility()))
    expect(await visible()).toEqual([true, false, false])
    await page.locator('.tabs > input').first().focus()
    await page.keyboard.press('ArrowRight')
    expect(await visible()).toEqual([false, true, false])
    await page.emulateMedia({ media: 'print' })
    expect(await visible()).toEqual([true, true, true])
    await close()
  })

  it('can be read and turned over without scripts', async () => {
    const { page, close } = await open(pages.image!, 1280, 'light', false)
    await page.locator('.tabs > label').nth(1).click()
    expect(await page.locator('.panel').nth(1).isVisible()).toBe(true)
    expect(await page.locator('.strength').first().isVisible()).toBe(false)
    await page.locator('.panel').nth(1).getByLabel('Heat map').check()
    expect(await page.locator('.panel').nth(1).locator('.grey').isVisible()).toBe(true)
    await close()
    const cards = await open(pages.gallery!, 390, 'dark', false)
    expect(await cards.page.locator('.card').count()).toBe(30)
    expect(await cards.page.locator('.finder').isVisible()).toBe(false)
    await cards.close()
  })

  it('take the colours that the reader chooses, whatever the system says', async () => {
    const { page, close } = await open(pages.text!, 1280, 'light')
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await page.getByLabel('Dark').check()
    expect(await background()).toBe('rgb(21, 23, 26)')
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.getByLabel('Light').check()
    expect(await background()).toBe(light)
    await page.emulateMedia({ media: 'print' })
    await page.getByLabel('Dark').evaluate((radio) => {
      ;(radio as HTMLInputElement).checked = true
    })
    expect(await background()).toBe('rgb(255, 255, 255)')
    await close()
  })

  it('light up a segment with its row and a row with its segment, by pointer and by keyboard', async () => {
    const { page, events, close } = await open(renderHtml(image), 1280, 'light')
    const panel = page.locator('[data-linked]').first()
    const hot = () =>
      panel
        .locator('.hot')
        .evaluateAll((all) =>
          all.map((one) => `${one.localName} ${one.getAttribute('data-feature')}`),
        )
    await panel.locator('tr[data-feature="8"]').hover()
    expect((await hot()).sort()).toEqual(['tr 8', 'use 8'])
    await panel.locator('use.segment[data-feature="16"]').hover()
    expect((await hot()).sort()).toEqual(['tr 16', 'use 16'])
    await panel.locator('tr[data-feature="3"]').focus()
    expect((await hot()).sort()).toEqual(['tr 3', 'use 3'])
    await panel.getByLabel('Strength').fill('20')
    expect(
      await panel.locator('g.weights').evaluate((element) => getComputedStyle(element).opacity),
    ).toBe('0.2')
    expect(events).toEqual([])
    await close()
  })

  it('say the weight of a word where the pointer or the focus is', async () => {
    const { page, close } = await open(pages.text!, 1280, 'light')
    const word = page.locator('.panel mark').first()
    const tip = word.locator('.tip')
    const clip = () => tip.evaluate((element) => getComputedStyle(element).clipPath)
    expect(await clip()).toBe('inset(50%)')
    await word.hover()
    expect(await clip()).toBe('none')
    await page.mouse.move(0, 0)
    expect(await clip()).toBe('inset(50%)')
    await word.focus()
    expect(await clip()).toBe('none')
    expect(await tip.textContent()).toMatch(/[+\u2212]0\.\d+/)
    await close()
  })

  it('zoom into a series by buttons, keys, wheel and dragging, and never past its ends', async () => {
    const { page, events, close } = await open(renderHtml(series), 1280, 'light')
    const box = () =>
      page.locator('.plot').evaluateAll((all) => all.map((one) => one.getAttribute('viewBox')))
    const range = page.locator('.zoom .range')
    await page.getByRole('button', { name: 'Zoom in' }).click()
    expect(await box()).toEqual(['1000 0 2000 120', '1000 0 2000 120'])
    expect(await range.textContent()).toBe('192 to 576 ms')
    const view = page.locator('.viewport').first()
    await view.focus()
    await page.keyboard.press('ArrowRight')
    expect((await box())[0]).toBe('1500 0 2000 120')
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight')
    expect((await box())[0]).toBe('2000 0 2000 120')
    expect(await page.getByRole('button', { name: 'Later' }).isDisabled()).toBe(true)
    for (let i = 0; i < 9; i++) await page.keyboard.press('+')
    // Eight of 96 steps are the least that is shown.
    expect(Number((await box())[0]!.split(' ')[2])).toBeCloseTo((8 / 96) * 4000, 6)
    await page.keyboard.press('0')
    expect((await box())[0]).toBe('0 0 4000 120')
    const place = (await view.boundingBox())!
    await page.mouse.move(place.x, place.y + 20)
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -100)
    await page.keyboard.up('Control')
    await expect.poll(async () => (await box())[0]).toBe('0 0 3200 120')
    await page.mouse.move(place.x + 400, place.y + 20)
    await page.mouse.down()
    await page.mouse.move(place.x + 300, place.y + 20)
    await page.mouse.up()
    expect(Number((await box())[0]!.split(' ')[0])).toBeGreaterThan(100)
    expect(events).toEqual([])
    await close()
  })

  it('search, filter and sort a gallery', async () => {
    const { page, events, close } = await open(pages.gallery!, 1280, 'light')
    const shown = () =>
      page
        .locator('.card:not([hidden])')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-name')))
    const status = page.locator('.found')
    await page.getByRole('searchbox').fill('Row 197')
    await expect.poll(shown).toEqual(['row 197'])
    expect(await status.textContent()).toBe('1 of 30 instances')
    // All words count, wherever they stand: in names, answers and features.
    await page.getByRole('searchbox').fill('texture benign')
    await expect
      .poll(async () => {
        const found = await page
          .locator('.card:not([hidden])')
          .evaluateAll((all) => all.map((one) => one.getAttribute('data-search') ?? ''))
        const both = found.every((text) => text.includes('texture') && text.includes('benign'))
        return found.length > 1 && both
      })
      .toBe(true)
    await page.getByRole('searchbox').fill('')
    await page.locator('select[name=label]').selectOption('malignant')
    await expect
      .poll(() =>
        page
          .locator('.card:not([hidden])')
          .evaluateAll((all) => all.map((one) => one.getAttribute('data-label'))),
      )
      .toEqual(Array.from({ length: 17 }, () => 'malignant'))
    await page.locator('select[name=order]').selectOption('worst')
    await expect
      .poll(async () => {
        const fits = await page
          .locator('.card:not([hidden])')
          .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-fit'))))
        return fits.length === 17 && fits.every((fit, i) => i === 0 || fit >= fits[i - 1]!)
      })
      .toBe(true)
    await page.getByRole('button', { name: 'Reset' }).click()
    await expect.poll(() => status.textContent()).toBe('30 instances')
    expect((await shown())[0]).toBe('row 180')
    expect(events).toEqual([])
    await close()
  })

  it('stand in a notebook in a frame of their own, which runs nothing but their script', async () => {
    const { page, close } = await open(
      `<!doctype html><title>notebook</title>${renderNotebook(series)['text/html']}`,
      1280,
      'light',
    )
    const frame = page.frameLocator('iframe')
    await frame.getByRole('heading', { level: 1 }).waitFor()
    await frame.getByRole('button', { name: 'Zoom in' }).click()
    expect(await frame.locator('.zoom .range').textContent()).toBe('192 to 576 ms')
    await close()
  })

  it('find one of a thousand instances, in a page of bounded size', async () => {
    const entries = Array.from({ length: 1000 }, (_, i) => ({
      name: `instance ${i}`,
      explanation: { ...Object.values(gallery)[i % 6]! } as ExplanationData,
    }))
    const html = renderGallery(entries)
    expect(html.length).toBeLessThan(10_000_000)
    const { page, events, close } = await open(html, 1280, 'light')
    await page.getByRole('searchbox').fill('instance 977')
    await expect.poll(() => page.locator('.found').textContent()).toBe('1 of 1000 instances')
    await page.getByRole('searchbox').fill('')
    await page.locator('select[name=order]').selectOption('surest')
    await expect.poll(() => page.locator('.found').textContent()).toBe('1000 instances')
    expect(events).toEqual([])
    await close()
  })
})
