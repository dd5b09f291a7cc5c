/**
 * From bytes to a decoded model, with an error that says what is wrong with the file where that fails.
 */
import { PredictorError } from '../../contract/index.ts'
import { decodeModel } from './decode-model.ts'
import type { OnnxModel } from './model-proto.ts'
import { WireError } from './protobuf.ts'

/** Decodes the model `name`. Throws a PredictorError where it is empty, cut off, or something else than ONNX. */
export function openGraph(name: string, bytes: Uint8Array): OnnxModel {
  try {
    return decodeModel(bytes)
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause
    throw new PredictorError({
      where: name,
      got: `${guessFormat(bytes)} (${cause.message})`,
      expected: 'a whole ONNX model',
      remedy: 'Copy or export the file again, and check that it is the .onnx file itself.',
      cause,
    })
  }
}

function guessFormat(bytes: Uint8Array): string {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64))
  if (bytes.length === 0) return 'an empty file'
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer instead of the file'
  if (start.startsWith('\u0089HDF')) return 'an HDF5 file (Keras?)'
  if (start.startsWith('PK')) return 'a zip file (Keras or PyTorch?)'
  if (/^\s*[<]/.test(start)) return 'HTML or XML'
  if (/^\s*[[{]/.test(start)) return 'JSON'
  if (start.startsWith('\u0080')) return 'a Python pickle'
  return `${bytes.length} bytes that are no ONNX model or a truncated one`
}
