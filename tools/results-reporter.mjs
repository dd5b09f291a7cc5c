/**
 * A Vitest reporter that writes the counts, and the reasons of skipped tests, as JSON into the file that
 * SODALIME_TEST_RESULTS names. (Vitest's own JSON reporter leaves out the notes of `context.skip(note)`.)
 */
import { writeFileSync } from 'node:fs'

/**
 * @typedef {object} Results
 * @property {number} passed
 * @property {number} failed failed tests, files and suites that failed beside their tests, errors outside of tests
 * @property {{ title: string, reason: string }[]} skipped
 */

export default class ResultsReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Results} */
    const results = { passed: 0, failed: unhandledErrors.length, skipped: [] }
    for (const module of modules) {
      results.failed += module.errors().length > 0 ? 1 : 0
      for (const suite of module.children.allSuites()) {
        results.failed += suite.errors().length > 0 ? 1 : 0
      }
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') results.passed++
        else if (result.state === 'failed') results.failed++
        else {
          const title = `${module.relativeModuleId} > ${test.fullName}`
          const note = result.state === 'skipped' ? result.note : 'the run ended before it'
          results.skipped.push({
            title,
            reason: note ?? 'the condition of its skipIf or runIf was not met here',
          })
        }
      }
    }
    const file = process.env.SODALIME_TEST_RESULTS
    if (file !== undefined) writeFileSync(file, JSON.stringify(results))
  }
}
