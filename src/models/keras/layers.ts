/**
 * Which function writes which class of layer.
 *
 * Classes that are not Keras's own, `Lambda`, and those without a row are refused by name: their meaning is code, and
 * no code of a file is ever run.
 */
import { nearestName } from '../../contract/nearest.ts'
import type { LayerSpec } from './config.ts'
import { EXPORT_REMEDY, type Layer, type LayerCall, type Translator } from './layer.ts'
import * as activations from './layers/activation.ts'
import { dotAttention, multiHeadAttention } from './layers/attention.ts'
import { convolution, depthwise, separable } from './layers/convolution.ts'
import { dense, einsumDense } from './layers/dense.ts'
import { embedding } from './layers/embedding.ts'
import { concatenate, dot, folded, merge, together } from './layers/merge.ts'
import * as normalisation from './layers/normalisation.ts'
import { isOperationCall, operationOf } from './layers/operation.ts'
import { globalPooling, pooling } from './layers/pooling.ts'
import { normalization, rescaling } from './layers/preprocessing.ts'
import { recurrent } from './layers/recurrent.ts'
import { centreCrop, cropping, resizing, upSampling, zeroPadding } from './layers/resize.ts'
import { flatten, masking, permute, repeatVector, reshape } from './layers/shape.ts'
import { transposedConvolution } from './layers/transposed-convolution.ts'
import { bidirectional, timeDistributed } from './layers/wrappers.ts'

const nothing: Translator = (layer, call) => layer.input(call)

const LAYERS: ReadonlyMap<string, Translator> = new Map<string, Translator>([
  ['Dense', dense],
  ['EinsumDense', einsumDense],
  ['Embedding', embedding],
  ...dimensions('Conv#D', convolution),
  ...dimensions('Convolution#D', convolution),
  ...dimensions('Conv#DTranspose', transposedConvolution),
  ...dimensions('Convolution#DTranspose', transposedConvolution),
  ...dimensions('DepthwiseConv#D', depthwise, [1, 2]),
  ...dimensions('SeparableConv#D', separable, [1, 2]),
  ...dimensions('SeparableConvolution#D', separable, [1, 2]),
  ...dimensions('MaxPooling#D', (rank) => pooling('MaxPool', rank)),
  ...dimensions('MaxPool#D', (rank) => pooling('MaxPool', rank)),
  ...dimensions('AveragePooling#D', (rank) => pooling('AveragePool', rank)),
  ...dimensions('AvgPool#D', (rank) => pooling('AveragePool', rank)),
  ...dimensions('GlobalMaxPooling#D', (rank) => globalPooling('GlobalMaxPool', rank)),
  ...dimensions('GlobalMaxPool#D', (rank) => globalPooling('GlobalMaxPool', rank)),
  ...dimensions('GlobalAveragePooling#D', (rank) => globalPooling('GlobalAveragePool', rank)),
  ...dimensions('GlobalAvgPool#D', (rank) => globalPooling('GlobalAveragePool', rank)),
  ...dimensions('ZeroPadding#D', zeroPadding),
  ...dimensions('Cropping#D', cropping),
  ...dimensions('UpSampling#D', upSampling),
  ['Resizing', resizing],
  ['CenterCrop', centreCrop],
  ['RandomCrop', centreCrop],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Permute', permute],
  ['RepeatVector', repeatVector],
  ['Masking', masking],
  ['BatchNormalization', normalisation.batchNormalisation],
  ['BatchNormalizationV1', normalisation.batchNormalisation],
  ['BatchNormalizationV2', normalisation.batchNormalisation],
  ['SyncBatchNormalization', normalisation.batchNormalisation],
  ['LayerNormalization', normalisation.layerNormalisation],
  ['GroupNormalization', normalisation.groupNormalisation],
  ['RMSNormalization', normalisation.rmsNormalisation],
  ['UnitNormalization', normalisation.unitNormalisation],
  ['Add', merge(folded('Add'))],
  ['Subtract', merge(folded('Sub'))],
  ['Multiply', merge(folded('Mul'))],
  ['Average', merge(together('Mean'))],
  ['Maximum', merge(together('Max'))],
  ['Minimum', merge(together('Min'))],
  ['Concatenate', concatenate],
  ['Dot', dot],
  ['LSTM', recurrent],
  ['GRU', recurrent],
  ['SimpleRNN', recurrent],
  ['RNN', recurrent],
  ['CuDNNLSTM', recurrent],
  ['CuDNNGRU', recurrent],
  ['Bidirectional', bidirectional],
  ['TimeDistributed', timeDistributed],
  ['MultiHeadAttention', multiHeadAttention],
  ['Attention', dotAttention('dot')],
  ['AdditiveAttention', dotAttention('additive')],
  ['Activation', activations.activation],
  ['ReLU', activations.reluLayer],
  ['LeakyReLU', activations.leakyRelu],
  ['PReLU', activations.preluLayer],
  ['ELU', activations.eluLayer],
  ['ThresholdedReLU', activations.thresholdedRelu],
  ['Softmax', activations.softmaxLayer],
  ['Rescaling', rescaling],
  ['Normalization', normalization],
  // Nothing at inference.
  ...[
    'ActivityRegularization',
    'AlphaDropout',
    'AugMix',
    'AutoContrast',
    'CutMix',
    'Dropout',
    'GaussianDropout',
    'GaussianNoise',
    'Identity',
    'MixUp',
    'RandAugment',
    'RandomBrightness',
    'RandomColorDegeneration',
    'RandomColorJitter',
    'RandomContrast',
    'RandomElasticTransform',
    'RandomErasing',
    'RandomFlip',
    'RandomGaussianBlur',
    'RandomGrayscale',
    'RandomHue',
    'RandomInvert',
    'RandomPerspective',
    'RandomPosterization',
    'RandomRotation',
    'RandomSaturation',
    'RandomSharpness',
    'RandomShear',
    'RandomTranslation',
    'RandomZoom',
    'SpatialDropout1D',
    'SpatialDropout2D',
    'SpatialDropout3D',
  ].map((name): [string, Translator] => [name, nothing]),
])

/** The function that writes a layer. Throws a PredictorError that names the layer and what to do. */
export function translatorOf(layer: Layer, call: LayerCall): Translator {
  const { spec } = layer
  const { className } = spec
  if (className === 'Lambda') {
    throw layer.refusal(
      'a Lambda layer, whose meaning is Python code',
      'layers that are described by data',
      `Replace it in Python by layers of Keras (Rescaling, Activation, Multiply, …) and save again. ${EXPORT_REMEDY}`,
    )
  }
  const operation = operationName(layer, call)
  const found = operation === undefined ? LAYERS.get(className) : operationOf(operation)
  if (found !== undefined && !isCustom(spec)) return found
  const nearest = operation === undefined ? nearestName(className, [...LAYERS.keys()]) : undefined
  const hint = nearest === undefined ? '' : ` The nearest that is known is ${nearest}.`
  throw layer.refusal(
    isCustom(spec) || operation === undefined
      ? `a layer of the class ${spec.registeredName ?? className}`
      : `the operation ${operation}`,
    "one of Keras's own layers that are translated (docs/models.md lists them)",
    `${EXPORT_REMEDY}${hint}`,
  )
}

/**
 * `keras.src.ops.numpy.Multiply` → multiply; `TFOpLambda` with `math.multiply` → multiply; undefined for layers. HDF5
 * files of Keras 3 leave out where a class comes from: it is told by the way it is called.
 */
function operationName(layer: Layer, call: LayerCall): string | undefined {
  const { className, module, config } = layer.spec
  if (className === 'TFOpLambda') return String(config.function).split('.').at(-1)!
  const snake = className.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()
  if (/^keras\.(src\.)?ops\b/.test(module)) return snake
  if (module !== '' || layer.translation.kerasMajor < 3) return undefined
  const unknown = !LAYERS.has(className) && operationOf(snake) !== undefined
  return unknown || (isMerging(className) && isOperationCall(call.args)) ? snake : undefined
}

function isMerging(className: string): boolean {
  return ['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum'].includes(className)
}

function isCustom({ module, registeredName }: LayerSpec): boolean {
  const foreign =
    module !== '' && !/^(keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)\b/.test(module)
  const registered = registeredName?.includes('>') === true && !registeredName.startsWith('keras')
  return foreign || registered
}

function dimensions(
  pattern: string,
  make: (rank: number) => Translator,
  ranks: readonly number[] = [1, 2, 3],
): [string, Translator][] {
  return ranks.map((rank) => [pattern.replace('#', String(rank)), make(rank)])
}
