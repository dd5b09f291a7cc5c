/**
 * The entries of the package. The `exports` and `bin` of package.json are the one list: `dist/a/b.mjs` is built from
 * `src/a/b.ts`. An entry without a source is left out here; `npm run check` refuses it, as publint looks for each file.
 */
import { existsSync, readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/**
 * Sources of the public modules, relative to the root.
 * @type {string[]}
 */
export const publicSources = Object.values(manifest.exports)
  .filter((target) => typeof target === 'object')
  .map((target) => sourceOf(target.import))
  .filter(exists)

/** Sources of everything that is built: the public modules and the commands. */
export const buildSources = [
  ...publicSources,
  'src/batch/worker-thread.ts',
  ...Object.values(manifest.bin).map(sourceOf),
].filter(exists)

/** @param {string} built */
function sourceOf(built) {
  return built.replace(/^\.\/dist\/(.*)\.mjs$/, 'src/$1.ts')
}

/** @param {string} source */
function exists(source) {
  return existsSync(new URL(`../${source}`, import.meta.url))
}
