/**
 * What if: the model's inputs for an instance with some of its features switched off.
 */
import { ShapeError } from '../contract/errors.ts'
import { type BitMatrix, createBitMatrix, setBit } from '../math/bit-matrix.ts'
import type { Domain } from './neighbourhood.ts'

/**
 * The model's inputs for an instance under each of `masks`: one value for each of the d features, in the order of an
 * explanation's `features`; truthy = as in the instance, falsy = off, as `explain` switches it off. Of tables what is on
 * keeps the instance's own value, what is off is drawn from the explainer's stream.
 *
 * @throws ShapeError for masks of another length; what the explainer throws for the instance.
 */
export async function inputsFor<Instance, Input>(
  explainer: Domain<Instance, Input>,
  instance: Instance,
  masks: readonly ArrayLike<number | boolean>[],
): Promise<readonly Input[]> {
  const around = await explainer.surround(instance)
  const rows = packMasks(masks, around.features.length)
  return around.switched(rows, { exact: true }).inputs(Int32Array.from(masks.keys()))
}

function packMasks(masks: readonly ArrayLike<number | boolean>[], d: number): BitMatrix {
  const packed = createBitMatrix(masks.length, d)
  masks.forEach((mask, i) => {
    if (mask.length !== d) {
      throw new ShapeError({
        where: `inputsFor, masks[${i}]`,
        got: `${mask.length} values`,
        expected: `${d}, one for each feature`,
        remedy: 'Give 1 for each feature that stays and 0 for each that is off.',
      })
    }
    for (let j = 0; j < d; j++) if (mask[j]) setBit(packed, i, j)
  })
  return packed
}
