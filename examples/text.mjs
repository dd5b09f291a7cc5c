// Explains what a function says of a text, word by word, and the same by sentences.
//   npm run build && node examples/text.mjs
import { TextExplainer } from 'sodalime'
import { renderTerminal } from 'sodalime/render'

// Any function of a batch is a model: here a few words with weights.
const weights = { great: 2, brilliant: 2.5, boring: -2.5, not: -0.5, slow: -1 }
const model = (texts) =>
  texts.map((text) => {
    const words = text.toLowerCase().match(/[a-z]+/g) ?? []
    const p = 1 / (1 + Math.exp(-words.reduce((sum, word) => sum + (weights[word] ?? 0), 0)))
    return [1 - p, p]
  })

const review =
  'The beginning is slow. The acting is great, and the end is brilliant! It is not boring.'
const classNames = ['bad', 'good']

const byWord = await new TextExplainer({ classNames }).explain(review, model, { numFeatures: 5 })
console.log(renderTerminal(byWord))

const bySentence = new TextExplainer({ classNames, unit: 'sentence' })
for (const [sentence, weight] of (await bySentence.explain(review, model)).asList()) {
  console.log(weight.toFixed(2).padStart(6), sentence.trim())
}
