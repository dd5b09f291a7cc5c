/**
 * The map of the house, held to the code: `src/README.md` says who may import whom, and every import in `src/` is
 * looked up there. Imports are read from the syntax tree: static ones, `export … from`, `import()` of modules and of
 * types, `require`, and modules named by `new URL('…', import.meta.url)`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')
const map = readFileSync(join(src, 'README.md'), 'utf8')

interface Layer {
  readonly imports: ReadonlySet<string>
  readonly browser: boolean
}

interface Import {
  /** The importing file, relative to `src`, with `/`. */
  readonly file: string
  readonly line: number
  readonly specifier: string
}

const layers = new Map<string, Layer>(
  tableRows('folder').map(([folder, , imports, runsIn]) => [
    names(folder!)[0]!,
    { imports: new Set(names(imports!)), browser: runsIn === 'browser' },
  ]),
)
const homes = new Map(tableRows('package').map(([name, home]) => [names(name!)[0]!, names(home!)]))
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.[cm]?tsx?$/.test(file))
  .map((file) => file.split(sep).join('/'))
const parsed = files.map((file) => {
  const text = readFileSync(join(src, file), 'utf8')
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
})
const imports = parsed.flatMap((source) => importsOf(source))

describe('the map in src/README.md', () => {
  it('has a row for each folder of src, and a folder for each row', () => {
    const folders = readdirSync(src, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
    expect([...layers.keys()].filter((name) => name !== '.').sort()).toEqual(folders.sort())
  })

  it('names only folders that have a row', () => {
    const unknown = [...layers.values()]
      .flatMap((layer) => [...layer.imports])
      .filter((name) => !layers.has(name))
    expect(unknown).toEqual([])
  })

  it('has no circle: every folder imports only folders that stand above it in the table', () => {
    const order = [...layers.keys()]
    const upward = [...layers]
      .filter(([name]) => name !== '.')
      .flatMap(([name, layer]) => [...layer.imports].map((other) => [name, other] as const))
      .filter(([name, other]) => order.indexOf(other) >= order.indexOf(name))
    expect(upward).toEqual([])
  })

  it('says the same as the project references of each folder', () => {
    for (const [name, layer] of layers) {
      const path = join(src, name, 'tsconfig.json')
      const { config } = ts.parseConfigFileTextToJson(path, readFileSync(path, 'utf8'))
      const references: string[] = (config.references ?? []).map(({ path: to }: { path: string }) =>
        relative(src, resolve(dirname(path), to)),
      )
      expect({ [name]: references.sort() }).toEqual({ [name]: [...layer.imports].sort() })
      const base = layer.browser ? 'tsconfig.browser.json' : 'tsconfig.node.json'
      expect({ [name]: config.extends.split('/').at(-1) }).toEqual({ [name]: base })
    }
  })
})

describe('the imports of src', () => {
  it('are all found by the reader of imports', () => {
    const text = [
      "import a from './a.ts'",
      "import type { B } from './b.ts'",
      "export * from './c.ts'",
      "const d = await import('./d.ts')",
      "let e: import('./e.ts').E",
      "let f: typeof import('./f.ts')",
      "new Worker(new URL('./g.ts', import.meta.url))",
      "import './h.ts'",
      "export type { I } from './i.ts'",
      "require('./j.ts')",
      "declare module './k.ts' {}",
      "const l = './l.ts'; await import(/* @vite-ignore */ l)",
    ].join('\n')
    const source = ts.createSourceFile('sample.ts', text, ts.ScriptTarget.Latest, true)
    expect(importsOf(source).map(({ specifier }) => specifier)).toEqual(
      [...'abcdefghijkl'].map((name) => `./${name}.ts`),
    )
  })

  it('go from folder to folder only as the map allows', () => {
    const refused = imports.filter(({ file, specifier }) => {
      if (!specifier.startsWith('.')) return false
      const target = resolve(src, dirname(file), specifier)
      const from = layerOf(file)
      if (from === 'cli' && target === join(root, 'package.json')) return false
      const to = layerOf(relative(src, target).split(sep).join('/'))
      return from !== to && layers.get(from)?.imports.has(to) !== true
    })
    expect(refused.map(sentence)).toEqual([])
  })

  it('lead to files that exist', () => {
    const missing = imports.filter(
      ({ file, specifier }) =>
        specifier.startsWith('.') && !existsSync(resolve(src, dirname(file), specifier)),
    )
    expect(missing.map(sentence)).toEqual([])
  })

  it('name no Node builtin in a folder that runs in browsers', () => {
    const refused = imports.filter(
      ({ file, specifier }) => isBuiltin(specifier) && layers.get(layerOf(file))?.browser === true,
    )
    expect(refused.map(sentence)).toEqual([])
  })

  it('name a package from outside in its one home only', () => {
    const refused = imports.filter(({ file, specifier }) => {
      if (specifier.startsWith('.') || isBuiltin(specifier)) return false
      const allowed = homes.get(packageOf(specifier)) ?? []
      return !allowed.some((home) => file === home || (home.endsWith('/') && file.startsWith(home)))
    })
    expect(refused.map(sentence)).toEqual([])
  })

  it('name only packages that package.json declares as dependencies or peers', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const declared = new Set(
      Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    )
    const refused = imports.filter(
      ({ specifier }) =>
        !specifier.startsWith('.') && !isBuiltin(specifier) && !declared.has(packageOf(specifier)),
    )
    expect(refused.map(sentence)).toEqual([])
  })

  it('load optional peers lazily, never as the module loads', () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const eager = parsed.flatMap((source) =>
      source.statements.filter(
        (statement) =>
          (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) &&
          statement.moduleSpecifier !== undefined &&
          ts.isStringLiteral(statement.moduleSpecifier) &&
          packageOf(statement.moduleSpecifier.text) in peerDependencies &&
          !isTypeOnly(statement),
      ),
    )
    expect(eager.map((statement) => statement.getText())).toEqual([])
  })
})

describe('the page of the studio', () => {
  it('imports the package by its public entries only', () => {
    const page = join(root, 'apps/studio/src')
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const entries = Object.keys(manifest.exports).map((subpath) => `sodalime${subpath.slice(1)}`)
    const own = JSON.parse(readFileSync(join(root, 'apps/studio/package.json'), 'utf8'))
    const refused = readdirSync(page, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(page, file), 'utf8')
        return importsOf(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
      })
      .filter(({ file, specifier }) => {
        if (specifier.startsWith('.')) {
          return relative(page, resolve(page, dirname(file), specifier)).startsWith('..')
        }
        return !entries.includes(specifier) && !(packageOf(specifier) in own.devDependencies)
      })
    expect(refused.map(sentence)).toEqual([])
  })
})

describe('the code of src', () => {
  it('never touches Math.random', () => {
    const uses: string[] = []
    for (const source of parsed) {
      walk(source, (node) => {
        const property = ts.isPropertyAccessExpression(node)
          ? node.name.text
          : ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression)
            ? node.argumentExpression.text
            : undefined
        if (property !== 'random') return
        const { expression } = node as ts.PropertyAccessExpression | ts.ElementAccessExpression
        if (/(^|\.)Math$/.test(expression.getText())) uses.push(place(source, node))
      })
    }
    expect(uses).toEqual([])
  })
})

/** Rows of the markdown table whose first heading is `heading`, as cells. */
function tableRows(heading: string): string[][] {
  const lines = map.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`))
  if (start < 0) throw new Error(`src/README.md has no table that begins with "${heading}"`)
  const rows: string[][] = []
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break
    rows.push(
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  }
  return rows
}

/** The words between backticks. */
function names(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)
}

/** The folder of a path relative to `src`; `.` for files of `src` itself. */
function layerOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '.'
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(packageOf(specifier))
}

function isTypeOnly(statement: ts.Statement): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly
  return ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly === true
}

function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = []
  walk(source, (node) => {
    const named = moduleNamedBy(node)
    if (named === undefined) return
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
    found.push({ file: source.fileName, line: line + 1, specifier: named.text })
  })
  return found
}

/** The literal with the module's name, where the node is an import in any of its forms. */
function moduleNamedBy(node: ts.Node): ts.StringLiteralLike | undefined {
  const named = ((): ts.Node | undefined => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
    if (ts.isImportTypeNode(node)) {
      return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
    }
    if (ts.isModuleDeclaration(node)) return node.name
    if (ts.isCallExpression(node)) {
      const callee = node.expression
      const imports =
        callee.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(callee) && callee.text === 'require')
      return imports ? node.arguments[0] : undefined
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
      return node.arguments?.[1]?.getText() === 'import.meta.url' ? node.arguments[0] : undefined
    }
    return undefined
  })()
  if (named === undefined || ts.isStringLiteralLike(named)) return named
  return ts.isIdentifier(named) ? constantCalled(named.text, node.getSourceFile()) : undefined
}

/** The literal behind `const name = '…'`, by which bundlers are kept from following an `import(name)`. */
function constantCalled(name: string, source: ts.SourceFile): ts.StringLiteralLike | undefined {
  let literal: ts.StringLiteralLike | undefined
  walk(source, (node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== name) return
    if (node.initializer !== undefined && ts.isStringLiteralLike(node.initializer)) {
      literal = node.initializer
    }
  })
  return literal
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

function sentence({ file, line, specifier }: Import): string {
  return `src/${file}:${line} imports ${specifier}`
}

function place(source: ts.SourceFile, node: ts.Node): string {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
  return `src/${source.fileName}:${line + 1} ${node.getText(source)}`
}
