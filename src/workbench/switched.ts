/**
 * The surrogate's answer when features are switched off or values are changed: what it says the model would do.
 *
 * Linear: intercept + Σ wⱼ zⱼ, with zⱼ = 1 for a feature as it is and 0 for one that is off. Tree: followed from its root
 * with the same zⱼ. A changed value leaves its feature on as long as it stays in the instance's bin or category. For
 * numbers without bins the surrogate counts in units of its own: then there is no answer (null).
 */
import type { ExplanationData, LabelExplanation, TreeNode } from '../contract/explanation.ts'
import type { Value } from '../contract/instance.ts'

/** What was changed. */
export interface Change {
  /** Ids of the features that are off. */
  readonly off: ReadonlySet<number>
  /** Changed values by column. */
  readonly values?: { readonly [column: string]: Value } | undefined
}

/** The surrogate's answer. */
export function surrogateAnswer(
  explanation: ExplanationData,
  label: LabelExplanation,
  change: Change,
): number | null {
  const moved = movedFeatures(explanation, change)
  if (moved === null) return null
  const z = (feature: number) => (moved.has(feature) ? 0 : 1)
  if (label.tree !== undefined) return treeAnswer(label.tree, z)
  // From its answer for the instance, so that rounding is the same as there.
  let answer = label.localPrediction
  for (const { feature, weight } of label.weights) if (z(feature) === 0) answer -= weight
  return answer
}

/** Features that are not as they were; null where one has no on and off. */
export function movedFeatures(
  { features, instance }: ExplanationData,
  { off, values = {} }: Change,
): ReadonlySet<number> | null {
  const moved = new Set(off)
  if (instance.kind !== 'tabular') return moved
  const { columns } = instance
  let unknown = false
  features.forEach(({ part }, id) => {
    if (part.kind !== 'tabular') return
    for (const column of part.columns) {
      const name = columns[column]!
      if (!Object.hasOwn(values, name)) continue
      const now = values[name]!
      const was = instance.values[column] ?? null
      if (now === was) continue
      if (part.bin !== undefined) {
        const { low, high } = part.bin
        const inside =
          typeof now === 'number' && (low === null || now > low) && (high === null || now <= high)
        if (!inside) moved.add(id)
      } else if (typeof was === 'number' && typeof now === 'number' && !isCategory(part.value)) {
        unknown = true
      } else {
        moved.add(id)
      }
    }
  })
  return unknown ? null : moved
}

function isCategory(value: Value): boolean {
  return typeof value !== 'number'
}

function treeAnswer(node: TreeNode, z: (feature: number) => number): number {
  if (!('feature' in node)) return node.value
  return treeAnswer(z(node.feature) <= node.threshold ? node.left : node.right, z)
}
