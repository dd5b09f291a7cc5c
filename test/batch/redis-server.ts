/** A real Redis for tests: on a free port of the loopback, in a folder of its own; ended by its process id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRedis } from '../../tools/redis.mjs'

/** The server's program; undefined where there is none. */
export const redisServer = findRedis()

/** Why tests are skipped. */
export const NO_REDIS = 'there is no redis-server or valkey-server; set REDIS_SERVER'

/** A server that may be stopped and started again. */
export interface TestRedis {
  readonly url: string
  readonly folder: string
  readonly pid: () => number
  readonly start: () => Promise<void>
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

/** How it is started. */
export interface TestRedisOptions {
  readonly password?: string
  /** TLS alone, by certificates made for it. */
  readonly tls?: boolean
  /** With an append-only file that is flushed each time. */
  readonly appendOnly?: boolean
}

/** Starts a server. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sodalime-redis-'))
  const port = await freePort()
  const { password, tls, appendOnly } = options
  if (tls === true) makeCertificates(folder)
  const args = [
    ...(tls === true
      ? [
          ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
          ...['--tls-cert-file', join(folder, 'server.crt')],
          ...['--tls-key-file', join(folder, 'server.key')],
          ...['--tls-ca-cert-file', join(folder, 'ca.crt')],
        ]
      : ['--port', String(port)]),
    ...['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no'],
    ...['--appendonly', appendOnly === true ? 'yes' : 'no', '--appendfsync', 'always'],
    ...(password === undefined ? [] : ['--requirepass', password]),
  ]
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const started = spawn(redisServer!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    let said = ''
    started.stdout.on('data', (chunk) => {
      said += chunk
    })
    for (let tries = 0; !said.includes('Ready to accept connections'); tries++) {
      if (started.exitCode !== null || tries > 600) throw new Error(`redis-server: ${said}`)
      await sleep(50)
    }
  }
  await start()
  return {
    url: `${tls === true ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    folder,
    pid: () => child!.pid!,
    start,
    stop: async (signal = 'SIGTERM') => {
      const ended = child!
      if (ended.exitCode !== null || ended.signalCode !== null) return
      const exit = new Promise((resolve) => ended.once('exit', resolve))
      ended.kill(signal)
      await exit
    },
  }
}

/** An authority, and a certificate of it for 127.0.0.1. */
function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  }
  const key = ['-newkey', 'rsa:2048', '-nodes']
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  )
  openssl(
    'req',
    ...key,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  )
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'server.crt',
    '-days',
    '2',
    '-copy_extensions',
    'copy',
  )
}

/** A port that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
