import { defineConfig } from 'tsdown'
import { buildSources } from './tools/entries.mjs'

// One file of dist for one file of src: stack traces stay readable, and bundlers drop what is not used file by file.
export default defineConfig({
  entry: buildSources,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  unbundle: true,
  dts: true,
  deps: { neverBundle: [/^node:/] },
  inputOptions: { checks: { pluginTimings: false } },
  fixedExtension: true,
  clean: true,
  report: false,
  tsconfig: 'tsconfig.build.json',
})
