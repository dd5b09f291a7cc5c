import { publicSources } from './tools/entries.mjs'

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'sodalime',
  entryPoints: publicSources,
  tsconfig: 'tsconfig.build.json',
  out: '.cache/docs',
  excludeInternal: true,
  disableGit: true,
  sourceLinkTemplate: '{path}#{line}',
}
