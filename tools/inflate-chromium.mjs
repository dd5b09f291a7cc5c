/**
 * Unpacks the Chromium of the npm package `@sparticuz/chromium` (a headless build for Linux on x64, with the libraries
 * that a bare system lacks) and writes a script that starts it. Arguments: the folder that the package was installed
 * into, and the path of the script to be written. The package unpacks into TMPDIR, and its libraries only where it
 * believes itself on the cloud service that it was made for.
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, script] = process.argv.slice(2)
if (folder === undefined || script === undefined) throw new Error('expected a folder and a script')
process.env.TMPDIR = folder
process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x'
const found = createRequire(join(folder, 'package.json')).resolve('@sparticuz/chromium')
const { default: packaged } = await import(pathToFileURL(found).href)
const browser = await packaged.executablePath()
const libraries = join(folder, 'al2023', 'lib')
writeFileSync(script, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${browser}' "$@"\n`, {
  mode: 0o755,
})
