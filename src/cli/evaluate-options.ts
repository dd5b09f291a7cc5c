/**
 * What the `evaluate` commands share: their flags, the methods that can be compared, which instances are drawn, and the
 * run itself.
 */
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { ExplanationData } from '../contract/explanation.ts'
import { didYouMean } from '../contract/nearest.ts'
import type { Predictor } from '../contract/predictor.ts'
import type { Coverage } from '../evaluate/index.ts'
import { type EvaluationRequest, evaluateMethods } from '../evaluate/index.ts'
import { checkWhole, type ExplainOptions } from '../explain/settings.ts'
import { derive, type RandomState } from '../math/random-state.ts'
import { renderEvaluation, renderEvaluationHtml } from '../render/evaluation.ts'
import { type CommandContext, wantsColor } from './context.ts'
import type { OutputFlags } from './deliver.ts'
import { listValue, wholeValue } from './option-values.ts'
import { checkOutputPath, writeWhole } from './output-file.ts'
import type { ProgressLine } from './progress-line.ts'

/** The methods that `--methods` knows: options of an explain call. `lime` has the size of Python LIME's defaults. */
const METHODS: { readonly [name: string]: (numSamples: number) => ExplainOptions } = {
  default: () => ({}),
  lime: (numSamples) => ({ sampling: 'lime', numSamples }),
  glime: () => ({ sampling: 'glime', numSamples: 500 }),
  factorial: () => ({ sampling: 'factorial', numSamples: 500 }),
  shap: () => ({ method: 'shap' }),
}
const COMPARED = ['default', 'lime', 'glime', 'factorial']

/** What the flags below give. */
export interface EvaluateFlags
  extends Pick<OutputFlags, 'json' | 'html' | 'color' | 'quiet' | 'verbose'> {
  readonly instances: number
  readonly methods: readonly string[]
  readonly numFeatures: number
  readonly seeds: number
  readonly seed: number
  readonly heldOut: number
  readonly batchSize?: number
}

/** Adds the flags to a command. */
export function addEvaluateOptions(command: Command): Command {
  return command
    .optionsGroup('The evaluation:')
    .option('-n, --instances <n>', 'instances to explain, drawn at random', wholeValue, 20)
    .option(
      '--methods <names>',
      `what is compared, among ${Object.keys(METHODS).join(', ')}; random is always there`,
      methodsValue,
      COMPARED,
    )
    .option('--num-features <n>', 'features of an explanation', wholeValue, 10)
    .option('--seeds <n>', 'explanations of each instance, for stability', wholeValue, 5)
    .option('--seed <n>', 'seed of the instances and of all draws', wholeValue, 0)
    .option('--held-out <n>', 'samples that all methods are scored on', wholeValue, 1000)
    .option('--batch-size <n>', 'most instances that the model gets at once', wholeValue)
    .optionsGroup('Output:')
    .option('--json <file>', 'write all measures as JSON; - for stdout, alone')
    .option('--html <file>', 'write the table as a page')
    .option('--no-color', 'no colours (also by NO_COLOR)')
    .option('-q, --quiet', 'print nothing but errors')
    .option('-v, --verbose', 'say what happens, with what a process: model writes to stderr')
}

/** Throws an OptionError for a path that cannot be written to: before the work begins. */
export async function checkEvaluateOutputs({ json, html }: EvaluateFlags): Promise<void> {
  if (json !== undefined && json !== '-') await checkOutputPath(json, '--json')
  if (html !== undefined) await checkOutputPath(html, '--html')
}

/** `count` of the numbers below `total`, or all, ascending. */
export function drawnInstances(total: number, { instances, seed }: EvaluateFlags): number[] {
  if (instances >= total) return Array.from({ length: total }, (_, i) => i)
  const drawn = derive(seed, total).choiceWithoutReplacement(total, Math.max(1, instances))
  return Array.from(drawn).sort((a, b) => a - b)
}

/** An explainer as a command makes it anew for each seed. */
export interface SeededExplainer<Instance, Input> {
  readonly explainer: EvaluationRequest<Instance, Input>['explainer']
  readonly explain: (instance: Instance, options: ExplainOptions) => Promise<ExplanationData>
}

/** What a command knows of its kind of instance. */
export interface EvaluateTask<Instance, Input> {
  readonly make: (seed: number) => SeededExplainer<Instance, Input>
  readonly model: Predictor<Input>
  readonly instances: readonly Instance[]
  readonly kernel: EvaluationRequest<Instance, Input>['kernel']
  /** Samples of Python LIME's default. */
  readonly numSamples: number
  readonly repeats?: number
  readonly nearby?: (instance: Instance, random: RandomState) => Instance
  readonly coverage?: (explanation: ExplanationData, index: number) => Coverage | undefined
  /** A line above the table. */
  readonly head: string
}

/** Evaluates and prints. */
export async function runEvaluation<Instance, Input>(
  task: EvaluateTask<Instance, Input>,
  flags: EvaluateFlags,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  const { signal, stdout, env } = context
  const { numFeatures, seed, seeds, heldOut } = flags
  checkWhole('--held-out', heldOut, 2)
  progress.step('Explaining and measuring')
  const made = new Map<number, SeededExplainer<Instance, Input>>()
  const explainerOf = (which: number) => {
    const known = made.get(which) ?? task.make(seed + which)
    made.set(which, known)
    return known
  }
  const evaluation = await evaluateMethods({
    explainer: explainerOf(0).explainer,
    model: task.model,
    instances: task.instances,
    methods: flags.methods.map((name) => ({
      name,
      explain: (instance: Instance, label: number, which: number) =>
        explainerOf(which).explain(instance, {
          ...METHODS[name]!(task.numSamples),
          labels: [label],
          numFeatures,
          signal,
        }),
    })),
    numFeatures,
    seeds,
    numSamples: heldOut,
    randomState: seed,
    kernel: task.kernel,
    nearby: task.nearby,
    coverage: task.coverage,
    ...(task.repeats !== undefined && { repeats: task.repeats }),
    ...(flags.batchSize !== undefined && { batchSize: flags.batchSize }),
    signal,
    onProgress: progress.onProgress,
  })
  progress.close()
  const text = `${JSON.stringify(evaluation, null, 2)}\n`
  const written: string[] = []
  if (flags.json !== undefined && flags.json !== '-') {
    await writeWhole(flags.json, text, '--json')
    written.push(flags.json)
  }
  if (flags.html !== undefined) {
    await writeWhole(flags.html, renderEvaluationHtml(evaluation, task.head), '--html')
    written.push(flags.html)
  }
  if (flags.json === '-') stdout.write(text)
  else if (flags.quiet !== true) {
    const table = renderEvaluation(evaluation, { color: wantsColor(stdout, env, flags.color) })
    const files = written.map((path) => `Wrote ${path}\n`).join('')
    stdout.write(`${task.head}\n\n${table}${files === '' ? '' : `\n${files}`}`)
  }
}

function methodsValue(text: string): string[] {
  const names = listValue(text)
  const known = Object.keys(METHODS)
  const wrong = names.find((name) => !known.includes(name))
  if (wrong === undefined) return [...new Set(names)]
  const list = `Expected some of ${known.join(', ')}.`
  throw new InvalidArgumentError(didYouMean(wrong, known, '').concat(' ', list).trim())
}
