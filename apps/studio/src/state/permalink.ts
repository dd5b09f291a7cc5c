/**
 * Permalinks: the setup as JSON in the address, after `#`, where it never reaches a server's log. The same setup gives
 * the same explanation, since the seed is a part of it.
 */
import { checkSetup, type Setup } from 'sodalime/workbench'

/** The part of the address after `#`. */
export function encodeSetup(setup: Setup): string {
  const bytes = new TextEncoder().encode(JSON.stringify(setup))
  let text = ''
  for (let i = 0; i < bytes.length; i += 8190) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8190))
  }
  return `explain=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
}

/** The setup in an address; undefined where there is none that can be read. */
export function decodeSetup(hash: string): Setup | undefined {
  const found = /^#explain=([\w-]+)$/.exec(hash)
  if (found === null) return undefined
  try {
    const text = atob(found[1]!.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    return checkSetup(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return undefined
  }
}

/** The whole address of a setup. */
export function permalink(setup: Setup): string {
  return new URL(`#${encodeSetup(setup)}`, location.href).href
}
