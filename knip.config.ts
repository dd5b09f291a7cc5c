import type { KnipConfig } from 'knip'
import { buildSources } from './tools/entries.mjs'

const config: KnipConfig = {
  entry: [
    ...buildSources,
    'tools/*.{ts,mjs}',
    'bench/main.ts',
    'examples/**/*.{ts,mjs}',
    'test/fixtures/**/*.{ts,mjs}',
  ],
  project: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'tools/**/*.{ts,mjs}'],
  ignoreExportsUsedInFile: true,
}

export default config
