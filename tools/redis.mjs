/**
 * Where a Redis or Valkey server is on this machine: the path in REDIS_SERVER, else the names of the systems' packages.
 */
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

const NAMES = ['redis-server', 'valkey-server']

/**
 * Path of the first server that runs; `undefined` where there is none.
 * @returns {string | undefined}
 */
export function findRedis() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  const candidates = [
    process.env.REDIS_SERVER ?? '',
    ...NAMES.flatMap((name) =>
      folders.filter((folder) => folder !== '').map((folder) => join(folder, name)),
    ),
  ]
  return candidates.find(
    (path) =>
      path !== '' &&
      spawnSync(path, ['--version'], { timeout: 20_000, stdio: 'ignore' }).status === 0,
  )
}
