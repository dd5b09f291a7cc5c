import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnchorData, explainAnchor } from '../../src/anchors/index.ts'
import { anchorSchema, parseAnchor } from '../../src/contract/anchor-schema.ts'
import { type Model, RandomState, TabularExplainer, TextExplainer } from '../../src/index.ts'
import { anchorSentence, renderAnchor, renderAnchorHtml } from '../../src/render/index.ts'

/** 400 rows of four categories each in five columns, all equally frequent. */
const random = new RandomState(2)
const LETTERS = ['a', 'b', 'c', 'd']
const ROWS = Array.from({ length: 400 }, (_, i) =>
  Array.from({ length: 5 }, (_, j) => LETTERS[(Math.floor(i / 4 ** (j % 4)) + j) % 4]!),
)
const columns = ['one', 'two', 'three', 'four', 'five']
const explainer = new TabularExplainer(ROWS, { featureNames: columns, randomState: 1 })
const shareOf = (column: number, letter: string) =>
  ROWS.filter((row) => row[column] === letter).length / ROWS.length

/** A model that is a rule: class 1 where the row has these letters in these columns. */
function ruleModel(rule: { readonly [column: number]: string }): Model<string[]> {
  return (rows) =>
    rows.map((row) => {
      const holds = Object.entries(rule).every(([column, letter]) => row[Number(column)] === letter)
      return holds ? [0, 1] : [1, 0]
    })
}

const anchorOf = (row: string[], model: Model<string[]>, options = {}): Promise<AnchorData> =>
  explainAnchor(explainer as never, row, model as never, options)

describe('a model that is a rule', () => {
  it('has that rule as its anchor: precision 1, coverage the product of the shares', async () => {
    for (const rule of [{ 1: 'b' }, { 0: 'a', 3: 'c' }, { 0: 'd', 2: 'b', 4: 'a' }]) {
      const row = [...ROWS[0]!]
      for (const [column, letter] of Object.entries(rule)) row[Number(column)] = letter
      const anchor = await anchorOf(row, ruleModel(rule))
      expect(anchor.reached).toBe(true)
      expect([...anchor.anchor].sort()).toEqual(Object.keys(rule).map(Number))
      expect(anchor.precision).toBe(1)
      expect(anchor.name).toBe('1')
      const coverage = Object.entries(rule).reduce(
        (product, [column, letter]) => product * shareOf(Number(column), letter),
        1,
      )
      expect(anchor.coverage).toBeCloseTo(coverage, 12)
      const [low, high] = anchor.precisionInterval
      expect(low).toBeGreaterThan(0.9)
      expect(high).toBe(1)
      expect(anchor.steps.map(({ features }) => features.length)).toEqual([
        ...Array(anchor.anchor.length + 1).keys(),
      ])
    }
  })

  it('is found whatever the rule, the row and the seed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 0, max: 399 }),
        fc.integer({ min: 0, max: 1000 }),
        async (features, index, seed) => {
          const row = ROWS[index]!
          const rule = Object.fromEntries(features.map((column) => [column, row[column]!]))
          const anchor = await anchorOf(row, ruleModel(rule), { randomState: seed })
          expect([...anchor.anchor].sort()).toEqual([...features].sort())
        },
      ),
      { numRuns: 15 },
    )
  })

  it('needs no condition for what happens anyway', async () => {
    // Class 0 where the rule fails: it does so in 1 − 1/16 of all perturbations.
    const anchor = await anchorOf(['b', 'b', 'b', 'b', 'b'], ruleModel({ 0: 'a', 3: 'c' }), {
      threshold: 0.9,
    })
    expect(anchor).toMatchObject({ anchor: [], reached: true, coverage: 1, name: '0' })
    expect(anchor.diagnostics.warnings.map(({ code }) => code)).toEqual(['empty-anchor'])
    expect(anchor.precision).toBeGreaterThan(0.85)
  })

  it('prefers the rule of larger coverage among those that hold', async () => {
    // Class 1 where column 0 is a, or columns 1 and 2 are b and c: the first alone covers more.
    const model: Model<string[]> = (rows) =>
      rows.map((row) => (row[0] === 'a' || (row[1] === 'b' && row[2] === 'c') ? [0, 1] : [1, 0]))
    const anchor = await anchorOf(['a', 'b', 'c', 'd', 'a'], model)
    expect(anchor.anchor).toEqual([0])
  })
})

describe('numbers in bins', () => {
  const numbers = Array.from({ length: 300 }, () => [
    random.uniform(0, 1),
    random.uniform(0, 1),
    random.uniform(0, 1),
  ])
  const binned = new TabularExplainer(numbers, { featureNames: ['x', 'y', 'z'] })
  const find = (row: number[], model: Model<number[]>, options = {}) =>
    explainAnchor(binned as never, row, model as never, options)

  it('anchor a threshold by the bins that lie beyond it', async () => {
    // The median of uniform numbers is near ½: bins 3 and 4 lie above 0.45.
    const model: Model<number[]> = (rows) =>
      rows.map(([x, y]) => (x! > 0.45 && y! > 0.45 ? [0, 1] : [1, 0]))
    const anchor = await find([0.9, 0.95, 0.1], model)
    expect(new Set(anchor.anchor)).toEqual(new Set([0, 1]))
    expect(anchor.coverage).toBeCloseTo(1 / 16, 2)
    expect(anchorSentence(anchor)).toMatch(/^If [xy] > 0\.\d+ and [xy] > 0\.\d+, the model says 1/)
  })

  it('say so where no rule reaches the threshold, and give the best one', async () => {
    // Half of the draws within a bin, whatever it is, change the class.
    const model: Model<number[]> = (rows) =>
      rows.map(([x, y, z]) => {
        const bit = Math.floor((x! + y! + z!) * 1e6) % 2
        return bit === 0 ? [0.6, 0.4] : [0.4, 0.6]
      })
    const anchor = await find([0.9, 0.9, 0.9], model, { maxAnchorSize: 2 })
    expect(anchor.reached).toBe(false)
    expect(anchor.diagnostics.warnings.map(({ code }) => code)).toEqual(['no-anchor'])
    expect(anchor.precision).toBeLessThan(0.9)
    expect(renderAnchor(anchor)).toContain('No rule reaches the precision 95')
  })

  it('are asked no more often than allowed', async () => {
    let asked = 0
    const model: Model<number[]> = (rows) => {
      asked += rows.length
      return rows.map(([x]) => (x! > 0.5 ? [0, 1] : [1, 0]))
    }
    const anchor = await find([0.6, 0.5, 0.5], model, { maxSamples: 450 })
    expect(asked).toBeLessThanOrEqual(451)
    expect(anchor.diagnostics.samples).toBeLessThanOrEqual(450)
    expect(anchor.diagnostics.modelCalls).toBe(asked)
  })

  it('cannot be values without bins', async () => {
    const values = new TabularExplainer(numbers, { discretizeContinuous: false })
    const call = explainAnchor(values as never, [0.5, 0.5, 0.5], (() => []) as never)
    await expect(call).rejects.toThrow(/numbers without bins|outputs/)
  })
})

describe('texts', () => {
  const text = 'not a bad film, the music is wonderful'
  const find = (model: Model<string>, options = {}) =>
    explainAnchor(new TextExplainer({ randomState: 1 }), text, model, options)

  it('are anchored by the words the model needs', async () => {
    const model: Model<string> = (texts) =>
      texts.map((one) => (/\bnot\b.*\bbad\b/.test(one) ? [0.1, 0.9] : [0.8, 0.2]))
    const anchor = await find(model, { classNames: ['negative', 'positive'] })
    const words = anchor.anchor.map((id) => anchor.features[id]!.name)
    expect(words.sort()).toEqual(['bad', 'not'])
    expect(anchor.coverage).toBe(0.25)
    expect(anchor.name).toBe('positive')
    const page = renderAnchorHtml(anchor)
    expect(page).toContain('<mark>not</mark>')
    expect(page).not.toContain('style="')
    expect(renderAnchor(anchor)).toMatch(/IF {3}“\w+”\nAND {2}“\w+”\nTHEN positive/)
  })

  it('give the same rule for the same seed, as JSON that its schema takes', async () => {
    const model: Model<string> = (texts) =>
      texts.map((one) => (one.includes('wonderful') ? [0, 1] : [1, 0]))
    const { diagnostics, ...once } = await find(model, { randomState: 7 })
    const { diagnostics: others, ...twice } = await find(model, { randomState: 7 })
    expect(twice).toEqual(once)
    expect(others.samples).toBe(diagnostics.samples)
    const json: unknown = JSON.parse(JSON.stringify({ diagnostics, ...once }))
    expect(parseAnchor(json)).toEqual(json)
    const beyond = { ...(json as AnchorData), anchor: [99] }
    expect(() => parseAnchor(beyond)).toThrow('ids below')
    expect(anchorSchema.safeParse({ ...(json as AnchorData), precision: 2 }).success).toBe(false)
  })

  it('stop when told to, and tell how far they are', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    let reports = 0
    const model: Model<string> = async (texts) => texts.map(() => [0.4, 0.6].sort())
    const slow: Model<string> = async (texts, context) => {
      if (texts.length > 1) stop.abort(reason)
      return model(texts, context) as never
    }
    await expect(find(slow, { signal: stop.signal })).rejects.toBe(reason)
    await find((texts) => texts.map((one) => (one.includes('bad') ? [0, 1] : [1, 0])), {
      onProgress: () => {
        reports++
      },
    })
    expect(reports).toBeGreaterThan(1)
  })

  it('refuse options and models that make no sense', async () => {
    const model: Model<string> = (texts) => texts.map(() => [0, 1])
    await expect(find(model, { threshold: 2 })).rejects.toThrow('options.threshold')
    await expect(find(model, { delta: 0 })).rejects.toThrow('options.delta')
    await expect(find(model, { beamSize: 0.5 })).rejects.toThrow('options.beamSize')
    await expect(find(model, { treshold: 0.9 })).rejects.toThrow('threshold')
    await expect(find(model, { classNames: ['a'] })).rejects.toThrow('one for each output column')
    const values = { predict: () => [1], task: 'regression' as const }
    await expect(find(values)).rejects.toThrow('a rule anchors a class')
    const broken: Model<string> = (texts) => texts.map(() => [Number.NaN, 1])
    await expect(find(broken)).rejects.toThrow('finite numbers')
  })

  it('show hostile names as text', async () => {
    const model: Model<string> = (texts) =>
      texts.map((one) => (one.includes('bad') ? [0, 1] : [1, 0]))
    const names = ['x', '<script>alert(1)</script>']
    const anchor = await find(model, { classNames: names })
    expect(renderAnchorHtml(anchor)).not.toContain('<script>alert')
  })
})
