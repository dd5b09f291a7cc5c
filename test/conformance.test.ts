/**
 * Equality with Python LIME: every case of `fixtures/conformance` and, where it exists, of the folder
 * `../shared/conformance` beside the repository; and the command that runs a folder of cases.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { type ConformanceCase, runCase } from '../tools/conformance/run-case.ts'

const own = fileURLToPath(new URL('fixtures/conformance', import.meta.url))
const shared = fileURLToPath(new URL('../../shared/conformance', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

function caseFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => name.endsWith('.json'))
}

function readCase(folder: string, file: string): ConformanceCase {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'))
}

describe.each([
  ['test/fixtures/conformance', own],
  ['../shared/conformance', shared],
])('%s', (name, folder) => {
  const files = caseFiles(folder)

  if (files.length === 0) {
    it('holds Python LIME’s answers', ({ skip }) => skip(`there is no folder ${name} here`))
    return
  }

  it.for(files)('%s gives Python LIME’s answer', { timeout: 120_000 }, async (file, { skip }) => {
    const outcome = await runCase(readCase(folder, file))
    if (outcome.status === 'skipped') skip(outcome.reason)
    expect(outcome).toEqual({ status: 'passed' })
  })
})

describe('npm run -s conformance', () => {
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true })
  })

  const good = readCase(own, 'tabular-own-five-rows.json')

  it('ends with the counts and code 0 where all cases pass', async () => {
    const { code, lines } = await run(folderOf({ 'good.json': good }))
    expect(lines).toEqual(['1 passed, 0 failed, 0 skipped'])
    expect(code).toBe(0)
  })

  it('names what differed first, what was got and what was expected, and fails', async () => {
    const wrong = structuredClone(good) as ConformanceCase & {
      expected: { explanations: { [label: string]: { intercept: number } } }
    }
    wrong.expected.explanations['1']!.intercept += 1e-6
    const { code, lines } = await run(
      folderOf({ 'good.json': good, 'wrong.json': wrong, 'broken.json': '{"case": ' }),
    )
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(
      /^FAILED broken\.json: the file: got .*SyntaxError.*, expected "a case as JSON"$/,
    )
    expect(lines[1]).toMatch(
      /^FAILED wrong\.json: label 1, intercept: got -?\d\.\d+, expected -?\d\.\d+$/,
    )
    expect(lines[2]).toBe('1 passed, 2 failed, 0 skipped')
    expect(code).toBe(1)
  })

  it('counts a domain that it does not know as skipped, with the reason', async () => {
    const { code, lines } = await run(
      folderOf({ 'good.json': good, 'smell.json': { case: 'smell', domain: 'smell' } }),
    )
    expect(lines).toEqual([
      'SKIPPED smell.json: the domain smell is not built yet',
      '1 passed, 0 failed, 1 skipped',
    ])
    expect(code).toBe(0)
  })

  it('fails for a folder without cases, and without a folder', async () => {
    const empty = await run(folderOf({}))
    expect(empty.lines).toEqual(['0 passed, 0 failed, 0 skipped'])
    expect(empty.code).toBe(1)
    const without = await run()
    expect(without.code).toBe(2)
    expect(without.stderr).toContain('usage: npm run -s conformance -- DIR')
  })

  function folderOf(files: { readonly [name: string]: unknown }): string {
    const folder = mkdtempSync(join(tmpdir(), 'sodalime-conformance-'))
    folders.push(folder)
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(
        join(folder, name),
        typeof content === 'string' ? content : JSON.stringify(content),
      )
    }
    return folder
  }
})

async function run(
  ...folder: string[]
): Promise<{ code: number; lines: string[]; stderr: string }> {
  const call = promisify(execFile)('npm', ['run', '-s', 'conformance', '--', ...folder], {
    cwd: root,
  })
  const { stdout, stderr, code } = await call.then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  )
  return { code, stderr, lines: stdout.split('\n').filter((line) => line !== '') }
}
