import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)

/** What each example must say; the examples import the built package by its name. */
const EXAMPLES: { readonly [file: string]: RegExp } = {
  'tabular.mjs': /area error > 45\.19.*\+0\.\d+[\s\S]*Rows (\d+, ){4}\d+ cover \d+ %/,
  'text.mjs': /brilliant[\s\S]*0\.\d\d The acting is great/,
  'composite.mjs': /^ +0\.\d+ title: New$[\s\S]*facts: distance <= /m,
}

describe('examples', () => {
  for (const [file, says] of Object.entries(EXAMPLES)) {
    it(`${file} runs as it stands`, async (context) => {
      context.skip(!existsSync('dist/index.mjs'), 'the package is not built: npm run build')
      const { stdout } = await run(process.execPath, [`examples/${file}`], { timeout: 60_000 })
      expect(stdout).toMatch(says)
    }, 60_000)
  }
})
