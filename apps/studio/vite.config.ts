/**
 * The page's build, into `dist/studio` of the package. The page imports `sodalime/…` as a user of the package would: the
 * public entries of its `exports`, and nothing else of `src`.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const root = fileURLToPath(new URL('../../', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly exports: { readonly [subpath: string]: string | { readonly import: string } }
}

const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
  if (typeof target === 'string') return []
  const find = new RegExp(`^sodalime${subpath.slice(1).replaceAll('/', '\\/')}$`)
  const source = target.import.replace(/^\.\/dist\/(.*)\.mjs$/, 'src/$1.ts')
  return [{ find, replacement: `${root}${source}` }]
})

// Imported lazily where there is Node or where a site brings it: never by the page as it loads.
const rolldownOptions = {
  external: [
    /^node:/,
    'sharp',
    'fast-png',
    '@resvg/resvg-js',
    /^onnxruntime-/,
    /^@tensorflow\//,
    /^hyparquet/,
  ],
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that an exported site lives under any address.
  base: './',
  resolve: { alias: entries },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', rolldownOptions },
  logLevel: 'warn',
  build: {
    outDir: `${root}dist/studio`,
    emptyOutDir: true,
    target: 'es2023',
    // A page whose policy forbids data: scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions,
  },
})
