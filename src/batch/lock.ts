/**
 * One coordinator at a time: a lock file beside the results.
 *
 * 1. It is made where it is not there, and says who made it. A beat in it is renewed every five seconds.
 * 2. A lock whose process is gone from this machine, or whose beat is older than a minute, is taken over.
 * 3. Whoever finds somebody else in its own lock stops.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { OptionError } from '../contract/errors.ts'
import type { ResultStore } from './result-store.ts'

/** The lock's file. */
export const LOCK_FILE = 'lock.json'

const BEAT_MS = 5000
const STALE_MS = 60_000

interface LockHolder {
  readonly owner: string
  readonly host: string
  readonly pid: number
  /** When the process began, where the system tells: pids are used again. */
  readonly began: string | null
  /** Milliseconds since 1970. */
  readonly beat: number
}

/** A lock that is held. */
export interface Lock {
  /** Aborted, with an OptionError as reason, when somebody else has taken the lock. */
  readonly lost: AbortSignal
  readonly release: () => Promise<void>
}

/** Takes the lock of a store. Throws an OptionError while another coordinator holds it. */
export async function takeLock(store: ResultStore): Promise<Lock> {
  const mine = {
    owner: randomUUID(),
    host: hostname(),
    pid: process.pid,
    began: beganAt(process.pid),
  }
  const content = () => encode({ ...mine, beat: Date.now() })
  for (let tries = 0; ; tries++) {
    const holder = await readHolder(store)
    if (holder !== undefined && !isGone(holder)) throw held(store, holder)
    if (holder !== undefined) await store.remove(LOCK_FILE)
    const made = await store.create(LOCK_FILE, content())
    // Storage that overwrites where it should refuse lets the last writer win: look who that was.
    if (made && (await readHolder(store))?.owner === mine.owner) break
    if (tries === 5) throw held(store, (await readHolder(store)) ?? { ...mine, beat: 0 })
    await sleep(50 * (tries + 1))
  }
  const controller = new AbortController()
  const beat = async () => {
    const holder = await readHolder(store).catch(() => undefined)
    if (holder !== undefined && holder.owner !== mine.owner) {
      clearInterval(timer)
      controller.abort(held(store, holder))
    } else await store.write(LOCK_FILE, content()).catch(() => undefined)
  }
  let beating: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    beating = beating.then(beat)
  }, BEAT_MS)
  timer.unref()
  return {
    lost: controller.signal,
    release: async () => {
      clearInterval(timer)
      await beating
      if ((await readHolder(store))?.owner === mine.owner) await store.remove(LOCK_FILE)
    },
  }
}

async function readHolder(store: ResultStore): Promise<LockHolder | undefined> {
  const bytes = await store.read(LOCK_FILE)
  if (bytes === undefined) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as LockHolder
  } catch {
    // Cut off while it was made: its maker is gone, or will find out.
    return { owner: '', host: '', pid: 0, began: null, beat: 0 }
  }
}

function isGone({ host, pid, began, beat }: LockHolder): boolean {
  if (Date.now() - beat > STALE_MS) return true
  if (host !== hostname()) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  return began !== null && began !== beganAt(pid)
}

/** Clock ticks from the start of the system to that of a process, on Linux; null elsewhere. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything; field 22 is the 20th after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

function encode(holder: LockHolder): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(holder)}\n`)
}

function held(store: ResultStore, { host, pid }: LockHolder): OptionError {
  return new OptionError({
    where: '--out',
    got: `${store.place}, where another batch is at work (process ${pid} on ${host})`,
    expected: 'a place that no other batch writes to',
    remedy: `Wait for it, stop it, or name another place. A lock that its owner left behind is taken over after ${STALE_MS / 1000} seconds.`,
  })
}
