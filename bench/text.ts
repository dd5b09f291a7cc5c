/**
 * `npm run -s bench -- text`: explanations of texts beside Python LIME's.
 *
 * A text of 100 words, 5000 samples, 5 and 10 features, equal words together and by position, with a numeric seed and
 * with a continued `RandomState`; then what has no reference: a text of 100,000 words. The model looks for one word.
 */
import { RandomState, TextExplainer } from '../src/index.ts'
import type { BenchOptions } from './main.ts'
import { interleave, timed } from './reference/interleave.ts'
import { type PythonLime, startPythonLime } from './reference/python-lime.ts'

const SEED = 1
const SYLLABLES = ['ba', 'ko', 'li', 'mer', 'su', 'ton', 'wex', 'dra', 'pi', 'na']

/** Python LIME's own number and kind of samples: like is compared with like. */
const LIME = { sampling: 'lime', numSamples: 5000 } as const

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const python = await startPythonLime()
  try {
    await hundredWords(quick, python, emit)
  } finally {
    python?.close()
  }
  if (!quick) await longText(emit)
}

async function hundredWords(
  quick: boolean,
  python: PythonLime | undefined,
  emit: BenchOptions['emit'],
): Promise<void> {
  const random = new RandomState(SEED)
  const words = Array.from({ length: 100 }, (_, i) => wordOf(random.randint(0, 1000) * 100 + i))
  const text = sentences(words)
  const word = words[7]!
  for (const bow of [true, false]) {
    await python?.prepare('text', { text, word, seed: SEED, bow })
    for (const numFeatures of [5, 10]) {
      for (const stream of ['seed', 'RandomState'] as const) {
        const explainer = new TextExplainer({
          randomState: stream === 'seed' ? SEED : new RandomState(SEED),
          bow,
        })
        const ours = () => explainer.explain(text, contains(word), { ...LIME, numFeatures })
        const request = { num_features: numFeatures, num_samples: 5000 }
        const time = await interleave(quick ? 3 : 9, ours, python, request)
        emit({
          case: `100 words, ${bow ? 'words' : 'positions'}, ${numFeatures} features, ${stream}`,
          ours: time.ours,
          reference: time.reference,
          ratio: time.reference && time.reference / time.ours,
          unit: 'ms',
          note: `first call ${time.cold.toFixed(0)} ms`,
        })
      }
    }
  }
}

/** 100,000 words, of which all are different (positions): sampling, texts and fit at their largest. */
async function longText(emit: BenchOptions['emit']): Promise<void> {
  const words = Array.from({ length: 100_000 }, (_, i) => wordOf(i))
  const text = sentences(words)
  for (const numFeatures of [5, 10]) {
    const explainer = new TextExplainer({ randomState: SEED, bow: false })
    const once = () => explainer.explain(text, contains(words[7]!), { ...LIME, numFeatures })
    emit({
      case: `100,000 words, positions, ${numFeatures} features`,
      ours: (await timed(once)) / 1000,
      reference: null,
      ratio: null,
      unit: 's',
      note: `peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB resident`,
    })
  }
}

function contains(word: string) {
  return (texts: readonly string[]) =>
    texts.map((text) => {
      const p = text.includes(word) ? 0.8 : 0.3
      return [1 - p, p]
    })
}

/** A word of its own for each number. */
function wordOf(number: number): string {
  return [...String(number)].map((digit) => SYLLABLES[Number(digit)]).join('')
}

/** Words with commas and full stops now and then. */
function sentences(words: readonly string[]): string {
  return words.map((word, i) => word + (i % 12 === 11 ? '.' : i % 5 === 4 ? ',' : '')).join(' ')
}
