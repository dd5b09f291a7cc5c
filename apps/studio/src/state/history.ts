/**
 * The history of the session: what was explained, the last hundred, kept by the browser and shared by all tabs of the
 * same studio.
 *
 * Explanations lie in IndexedDB; a BroadcastChannel tells the other tabs of a change. Where the browser keeps nothing
 * (private windows), the history lives as long as the tab.
 */
import { signal } from '@preact/signals'
import type { Run } from './run.ts'

/** What was explained, and when. */
export interface Remembered {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly run: Run
}

/** The newest first. */
export const remembered = signal<readonly Remembered[]>([])

const MOST = 100
const STORE = 'runs'
const channel =
  typeof BroadcastChannel === 'function' ? new BroadcastChannel('sodalime-studio') : undefined
let database: Promise<IDBDatabase | undefined> | undefined

/** Reads the history, and follows what other tabs do to it. */
export async function openHistory(): Promise<void> {
  if (channel !== undefined) channel.onmessage = () => load()
  await load()
}

/** Keeps a run that has an explanation. */
export async function remember(run: Run): Promise<void> {
  if (run.explanation === undefined) return
  const one: Remembered = { id: crypto.randomUUID(), at: Date.now(), run }
  const all = [one, ...remembered.value]
  remembered.value = all.slice(0, MOST)
  await change((store) => {
    store.put(one)
    for (const old of all.slice(MOST)) store.delete(old.id)
  })
}

/** Forgets one run, or all. */
export async function forget(id?: string): Promise<void> {
  remembered.value = id === undefined ? [] : remembered.value.filter((one) => one.id !== id)
  await change((store) => {
    if (id === undefined) store.clear()
    else store.delete(id)
  })
}

async function load(): Promise<void> {
  const opened = await open()
  if (opened === undefined) return
  const request = opened.transaction(STORE).objectStore(STORE).getAll()
  const all = await new Promise<Remembered[]>((resolve) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => resolve([])
  })
  remembered.value = all.sort((a, b) => b.at - a.at)
}

async function change(work: (store: IDBObjectStore) => void): Promise<void> {
  const opened = await open()
  if (opened === undefined) return
  const transaction = opened.transaction(STORE, 'readwrite')
  work(transaction.objectStore(STORE))
  await new Promise<void>((resolve) => {
    transaction.oncomplete = () => resolve()
    // A full disk costs the history, nothing else.
    transaction.onabort = () => resolve()
  })
  channel?.postMessage('changed')
}

function open(): Promise<IDBDatabase | undefined> {
  database ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open('sodalime-studio', 1)
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' })
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => resolve(undefined)
      request.onblocked = () => resolve(undefined)
    } catch {
      resolve(undefined)
    }
  })
  return database
}
