// Explains a model with two inputs, a text and a row of numbers, in one ranking.
//   npm run build && node examples/composite.mjs
import { CompositeExplainer, RandomState, TabularExplainer, TextExplainer } from 'sodalime'

const random = new RandomState(1)
const offers = Array.from({ length: 200 }, () => [
  Math.round(random.uniform(20, 400)),
  Math.round(random.uniform(0, 30)),
])

// Sells well: cheap, near, and "new" in the title.
const model = (batch) =>
  batch.map(({ title, facts: [price, distance] }) => {
    const z = 1.5 - price / 100 - distance / 10 + (/\bnew\b/i.test(title) ? 2 : 0)
    const p = 1 / (1 + Math.exp(-z))
    return [1 - p, p]
  })

const explainer = new CompositeExplainer(
  {
    title: new TextExplainer(),
    facts: new TabularExplainer(offers, { featureNames: ['price', 'distance'] }),
  },
  { classNames: ['stays', 'sells'] },
)
const instance = { title: 'New bicycle, hardly used', facts: [120, 4] }
const explanation = await explainer.explain(instance, model, { labels: ['sells'] })
for (const [name, weight] of explanation.asList()) console.log(weight.toFixed(3).padStart(7), name)
