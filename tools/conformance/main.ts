/**
 * `npm run -s conformance -- DIR`: runs every case file of a folder.
 *
 * Prints a line for each case that fails (what differed first, got, expected) and each that is skipped, and last
 * `N passed, N failed, N skipped`. Exit code 0 only if none failed and there was at least one case.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ConformanceCase, type Outcome, runCase } from './run-case.ts'

const folder = process.argv[2]
if (folder === undefined) {
  console.error('usage: npm run -s conformance -- DIR')
  process.exit(2)
}

const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
const counts = { passed: 0, failed: 0, skipped: 0 }
for (const file of files) {
  const outcome = await runFile(join(folder, file))
  counts[outcome.status]++
  if (outcome.status === 'failed') {
    const { what, got, expected } = outcome.differences[0]!
    const more = outcome.differences.length - 1
    const others = more > 0 ? ` (and ${more} more)` : ''
    console.log(`FAILED ${file}: ${what}: got ${show(got)}, expected ${show(expected)}${others}`)
  }
  if (outcome.status === 'skipped') console.log(`SKIPPED ${file}: ${outcome.reason}`)
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed === 0 && files.length > 0 ? 0 : 1

async function runFile(path: string): Promise<Outcome> {
  try {
    return await runCase(JSON.parse(await readFile(path, 'utf8')) as ConformanceCase)
  } catch (error) {
    const difference = { what: 'the file', got: String(error), expected: 'a case as JSON' }
    return { status: 'failed', differences: [difference] }
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}
