/**
 * The connection to Redis or Valkey, by ioredis: `redis://`, `rediss://` (TLS), with user and password.
 *
 * The first connection must come about within seconds. Once it stood, it is made again whenever it breaks, and commands wait
 * for it: Redis may be gone for as long as it takes.
 */
import { readFile } from 'node:fs/promises'
import type { Redis } from 'ioredis'
import { MissingDependencyError, OptionError } from '../contract/errors.ts'

export type { Redis } from 'ioredis'

/** Where Redis is. */
export interface RedisPlace {
  readonly url: string
  /** The password, where it does not stand in the address. */
  readonly password?: string | undefined
  /** A file with the certificate of a private authority. */
  readonly ca?: string | undefined
}

/** Tries of the first connection, and the pause between them in milliseconds. */
const FIRST_TRIES = 4
const PAUSE_MS = 250

const LONGEST_PAUSE_MS = 2000

/** Connects. Throws an OptionError for an address that is none, and where nobody answers or the password is wrong. */
export async function connectRedis(place: RedisPlace): Promise<Redis> {
  const shown = visibleUrl(place.url)
  const { Redis: Client } = await loadIoredis(shown)
  const ca = place.ca === undefined ? undefined : await authority(place.ca)
  let stood = false
  let last: Error | undefined
  const redis = new Client(place.url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: 5000,
    retryStrategy: (times) =>
      stood || times <= FIRST_TRIES ? Math.min(PAUSE_MS * times, LONGEST_PAUSE_MS) : null,
    ...(place.password !== undefined && { password: place.password }),
    ...(ca !== undefined && { tls: { ca } }),
  })
  redis.on('error', (error: Error) => {
    last = error
  })
  try {
    await redis.connect()
    await redis.ping()
    stood = true
    return redis
  } catch (cause) {
    redis.disconnect()
    throw new OptionError({
      where: '--queue',
      got: `${shown}, which cannot be reached (${(last ?? (cause as Error)).message})`,
      expected: 'a Redis or Valkey that answers',
      remedy:
        'Start it (docs/cluster.md), or check address, password (SODALIME_REDIS_PASSWORD) and certificate (--queue-ca).',
      cause,
    })
  }
}

/** A second connection to the same place, for who waits for long; it must be disconnected as the first. */
export function secondConnection(redis: Redis): Redis {
  const second = redis.duplicate()
  second.on('error', () => undefined)
  return second
}

/** The address without its password. */
export function visibleUrl(url: string): string {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    parsed = new URL('none:')
  }
  if (parsed.protocol === 'redis:' || parsed.protocol === 'rediss:') {
    if (parsed.password !== '') parsed.password = '…'
    return decodeURI(parsed.href)
  }
  throw new OptionError({
    where: '--queue',
    got: url.replace(/:[^:@/]*@/, ':…@'),
    expected: 'redis://host:6379, or rediss:// for TLS',
    remedy: 'For example --queue redis://127.0.0.1:6379',
  })
}

async function loadIoredis(shown: string): Promise<{ readonly Redis: typeof Redis }> {
  try {
    const { Redis } = await import('ioredis')
    return { Redis }
  } catch (cause) {
    throw new MissingDependencyError({
      where: `--queue ${shown}`,
      got: 'no package ioredis',
      expected: 'the client of Redis',
      remedy: 'Install it: npm install ioredis bullmq',
      cause,
    })
  }
}

async function authority(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new OptionError({
      where: '--queue-ca',
      got: `${path}, which cannot be read`,
      expected: 'a file with a certificate (PEM)',
      remedy: 'Check the path.',
      cause,
    })
  }
}
