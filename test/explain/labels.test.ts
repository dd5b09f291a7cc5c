import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import { resolveLabels, topLabels } from '../../src/explain/labels.ts'
import { explainSwitches, logistic } from './switches.ts'

describe('topLabels', () => {
  it('gives the largest outputs first, of equal ones the higher index', () => {
    // numpy 1.24.2: list(np.argsort([.2, .3, .2, .3], kind='stable')[-3:])[::-1] → [3, 1, 2]
    expect(topLabels([0.2, 0.3, 0.2, 0.3], 3)).toEqual([3, 1, 2])
    expect(topLabels([0.5, 0.5], 1)).toEqual([1])
  })

  it('gives all where more are asked for than there are', () => {
    expect(topLabels([0.1, 0.9], 7)).toEqual([1, 0])
  })

  it('orders any outputs by falling value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: 0, max: 1 }), { minLength: 1 }),
        (outputs) => {
          const order = topLabels(outputs, outputs.length)
          expect([...order].sort((a, b) => a - b)).toEqual([...outputs.keys()])
          for (let k = 1; k < order.length; k++) {
            expect(outputs[order[k]!]!).toBeLessThanOrEqual(outputs[order[k - 1]!]!)
          }
        },
      ),
    )
  })
})

describe('resolveLabels', () => {
  const names = ['setosa', 'versicolor', 'virginica']

  it('takes indices and names, in the order given', () => {
    expect(resolveLabels([2, 'setosa'], names, 'here')).toEqual([2, 0])
  })

  it.each<[string, readonly (number | string)[], RegExp]>([
    [
      'beyond the last',
      [3],
      /^here: got 3, expected an index from 0 to 2, or one of the classes setosa, versicolor, virginica/,
    ],
    ['negative', [-1], /got -1/],
    ['fractional', [0.5], /got 0\.5/],
    ['NaN', [Number.NaN], /expected an index from 0 to 2/],
    ['misspelt', ['virginia'], /Did you mean virginica\?/],
    ['absent', [], /got an empty list/],
  ])('refuses labels that are %s', (_, labels, message) => {
    expect(() => resolveLabels(labels, names, 'here')).toThrow(OptionError)
    expect(() => resolveLabels(labels, names, 'here')).toThrow(message)
  })
})

describe('the options labels and topLabels', () => {
  const model = { predict: logistic([2, -1, 0.5, 0.1]), classNames: ['no', 'yes'] }

  it('explain the columns asked for, by name and in order', async () => {
    const { labels } = await explainSwitches(model, { labels: ['yes', 0] })
    expect(labels.map(({ label, name }) => [label, name])).toEqual([
      [1, 'yes'],
      [0, 'no'],
    ])
    const [yes, no] = labels
    expect(no!.weights.map(({ weight }) => -weight)[0]).toBeCloseTo(yes!.weights[0]!.weight, 9)
  })

  it('refuse a name that the model does not have', async () => {
    await expect(explainSwitches(model, { labels: ['yse'] })).rejects.toThrow(
      /Switches\.explain, options\.labels: got "yse".*Did you mean yes\?/,
    )
  })

  it('explain the likeliest first', async () => {
    expect((await explainSwitches(model, { topLabels: 2 })).labels.map(({ name }) => name)).toEqual(
      ['yes', 'no'],
    )
    expect((await explainSwitches(model, { topLabels: 9 })).labels).toHaveLength(2)
  })
})
