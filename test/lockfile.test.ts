import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly optionalDependencies?: Record<string, string>
}

const MARK = 'node_modules/'
const lockfile = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
) as { packages: Record<string, Locked> }
const installed = Object.entries(lockfile.packages).filter(
  ([path, entry]) => path.includes(MARK) && entry.link !== true,
)

describe('package-lock.json', () => {
  it('pins each package by version and checksum', () => {
    const loose = installed.filter(([, { version, integrity }]) => !version || !integrity)
    expect(loose.map(([path]) => path)).toEqual([])
  })

  it('has the packages for other systems too, without which npm ci refuses it', () => {
    // They go missing where the registry in use does not have them: take an earlier version of what asks for them.
    const locked = new Set(
      installed.map(([path]) => path.slice(path.lastIndexOf(MARK) + MARK.length)),
    )
    const asked = installed.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}))
    expect(asked.filter((name) => !locked.has(name))).toEqual([])
  })

  it('holds no address of a registry', () => {
    const addressed = installed.filter(([, { resolved }]) => resolved !== undefined)
    expect(addressed.map(([path]) => path)).toEqual([])
  })
})
