/** Where the real files are that may not be committed: tests that need them are skipped, with the reason, where it is absent. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder =
  process.env.SODALIME_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))

/** True where the folder of real files is there. */
export const hasSharedData = existsSync(folder)

if (!hasSharedData) {
  console.warn(`Skipping tests on real files: there is no folder ${folder}; set SODALIME_DATA.`)
}

/** The path of a real file. */
export function sharedFile(path: string): string {
  return `${folder}/${path}`
}
