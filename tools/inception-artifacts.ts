/**
 * InceptionV3 with real weights (299 × 299, five classes) out of the package nsfwjs: JSON, and shards as base64 in scripts.
 */
import { createRequire } from 'node:module'

/** A model in the form of TensorFlow.js's own `ModelArtifacts`. */
export interface Artifacts {
  readonly modelTopology: object
  readonly weightSpecs: readonly object[]
  readonly weightData: ArrayBuffer
}

/** Pixels on a side. */
export const INCEPTION_SIZE = 299

/** Names of the outputs, in order. */
export const INCEPTION_CLASSES = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy']

/** The model. */
export function inceptionArtifacts(): Artifacts {
  const require = createRequire(import.meta.url)
  const folder = require.resolve('nsfwjs').replace(/dist[\\/].*$/, 'dist/models/inception_v3/')
  const manifest = require(`${folder}model.min.js`) as {
    modelTopology: object
    weightsManifest: { weights: object[]; paths: string[] }[]
  }
  const parts = manifest.weightsManifest.flatMap(({ paths }) =>
    paths.map((path) => Buffer.from(shardText(require(`${folder}${path}.min.js`)), 'base64')),
  )
  return {
    modelTopology: manifest.modelTopology,
    weightSpecs: manifest.weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(Buffer.concat(parts)).buffer,
  }
}

function shardText(exported: unknown): string {
  return typeof exported === 'string' ? exported : Object.values(exported as object)[0]
}
