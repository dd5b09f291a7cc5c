import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
}

const lockfile = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
) as { packages: Record<string, Locked> }
const installed = Object.entries(lockfile.packages).filter(
  ([path, entry]) => path.includes('node_modules/') && entry.link !== true,
)

describe('package-lock.json', () => {
  it('pins each package, those of other systems too, by version and checksum', () => {
    // An npm install over an existing node_modules may drop the versions of packages for other systems, and npm ci
    // then refuses the file; written anew without node_modules it is whole.
    const loose = installed.filter(([, { version, integrity }]) => !version || !integrity)
    expect(loose.map(([path]) => path)).toEqual([])
  })

  it('holds no address of a registry', () => {
    const addressed = installed.filter(([, { resolved }]) => resolved !== undefined)
    expect(addressed.map(([path]) => path)).toEqual([])
  })
})
