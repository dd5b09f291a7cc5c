/**
 * `npm run size`: how large the library is in a bundle, minified and gzipped, beside its bars; fails where one is passed.
 *
 * Bundled by esbuild with code splitting, as web bundlers do by default. "At once" is what a page loads to use the import:
 * the entry and what it imports. The pipeline comes on top with the first explanation, by `import()`; "all" is every part
 * that an option can ask for. Optional peers are not in it, nor are the drawings, which `toHTML()` alone loads; they have a
 * line of their own.
 */
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Bars in kB of 1000 bytes. */
const CHECKS = [
  { imports: '{ TabularExplainer }', atOnce: 25, explaining: 55, all: 61 },
  { imports: '*', atOnce: 60, explaining: 88, all: 94 },
]

/** What an explanation loads whatever its options, and the module that it enters by. */
const PIPELINE = 'explain/explain-neighbourhood.mjs'

/** The module that `toHTML()` loads, as `dist/index.mjs` names it. */
const DRAWINGS = './render/html.mjs'
const DRAWINGS_BAR = 35

let passed = false
for (const { imports, atOnce, explaining, all } of CHECKS) {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export ${imports} from './index.mjs'`,
      resolveDir: new URL('../dist', import.meta.url).pathname,
    },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    outdir: 'out',
    write: false,
    metafile: true,
    external: ['node:*', DRAWINGS],
  })
  const outputs = Object.entries(metafile.outputs)
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [
      basename(path),
      gzipSync(contents, { level: 9 }).length / 1000,
    ]),
  )
  const sum = (/** @type {Iterable<string>} */ files) =>
    [...files].reduce((total, file) => total + (sizes.get(file) ?? 0), 0)
  /** The outputs whose entry is chosen, and what they import statically. */
  const loaded = (/** @type {(entry: string) => boolean} */ chosen) => {
    const files = new Set(
      outputs.flatMap(([file, { entryPoint }]) =>
        entryPoint !== undefined && chosen(entryPoint) ? [basename(file)] : [],
      ),
    )
    for (const file of files) {
      const next = outputs.find(([path]) => basename(path) === file)?.[1].imports ?? []
      for (const { path, kind } of next) if (kind === 'import-statement') files.add(basename(path))
    }
    return files
  }
  for (const { what, size, most } of [
    { what: 'at once', size: sum(loaded((entry) => entry === '<stdin>')), most: atOnce },
    {
      what: 'with the first explanation',
      size: sum(loaded((entry) => entry === '<stdin>' || entry.endsWith(PIPELINE))),
      most: explaining,
    },
    { what: 'all', size: sum(sizes.keys()), most: all },
  ]) {
    const over = size > most
    passed ||= over
    console.log(
      `import ${imports}, ${what}: ${size.toFixed(1)} kB of ${most}${over ? ' – TOO LARGE' : ''}`,
    )
  }
}
const drawings = await build({
  entryPoints: [new URL(DRAWINGS, new URL('../dist/', import.meta.url)).pathname],
  bundle: true,
  minify: true,
  format: 'esm',
  write: false,
})
const size = gzipSync(drawings.outputFiles[0]?.contents ?? '', { level: 9 }).length / 1000
passed ||= size > DRAWINGS_BAR
console.log(`toHTML(), loaded with the first drawing: ${size.toFixed(1)} kB of ${DRAWINGS_BAR}`)
if (passed) process.exitCode = 1
