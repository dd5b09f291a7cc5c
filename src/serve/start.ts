/**
 * Starts the studio's server, and closes it without leaving anything behind: runs are stopped, models closed, dropped
 * files deleted.
 */
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { OptionError } from '../contract/errors.ts'
import { columnIndex } from '../data/table.ts'
import { openModel } from '../models/open.ts'
import { Workbench } from '../workbench/index.ts'
import { studioApp } from './app.ts'
import { readClient } from './client-files.ts'
import { addDemos } from './demo-files.ts'
import { openData, splitKind } from './given-files.ts'
import { isLoopback } from './guard.ts'
import { IMAGE_DEFAULTS, Uploads } from './uploads.ts'

/** What the studio starts with. */
export interface StudioOptions {
  /** Models, as `openModel` takes them. */
  readonly models?: readonly string[]
  /** Files and folders of data; `series=PATH` where the ending leaves the kind open. */
  readonly data?: readonly string[]
  /** The column of tables that the model predicts. */
  readonly target?: string | undefined
  /** Names of the classes of the models given, in the order of the outputs. */
  readonly classNames?: readonly string[] | undefined
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 4270, or the next that is free; 0: any. */
  readonly port?: number | undefined
  /** Wanted of every visitor. Default: none on loopback, else a random one. */
  readonly token?: string | undefined
}

/** A studio that runs. */
export interface Studio {
  /** Where it is opened, token included. */
  readonly url: string
  readonly port: number
  readonly workbench: Workbench
  /** Resolves when all is closed. */
  readonly close: () => Promise<void>
}

const PORT = 4270
const TRIES = 20

/** Starts the studio. Rejects with what is wrong with a model, a data set or a port. */
export async function startStudio(options: StudioOptions = {}): Promise<Studio> {
  const { host = '127.0.0.1', port } = options
  const token = options.token ?? (isLoopback(host) ? undefined : randomBytes(18).toString('hex'))
  const client = await readClient()
  const listeners = new Set<() => void>()
  const workbench = new Workbench(() => {
    for (const listener of listeners) listener()
  })
  const closing = new AbortController()
  const uploads = new Uploads(workbench)
  try {
    await addDemos(workbench)
    await addGiven(workbench, options)
    const app = studioApp({
      ...{ workbench, uploads, client },
      guard: { host, token },
      closing: closing.signal,
      onChange: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    })
    const server = createAdaptorServer({ fetch: app.fetch }) as Server
    // Slow headers hold a connection no longer than this.
    server.headersTimeout = 20_000
    const bound = await listen(server, host, port)
    const shown = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host
    return {
      url: `http://${shown}:${bound}/${token === undefined ? '' : `?token=${token}`}`,
      port: bound,
      workbench,
      close: async () => {
        closing.abort(new Error('the studio closes'))
        const closed = new Promise<void>((resolve) => server.close(() => resolve()))
        server.closeAllConnections()
        await closed
        await workbench.close()
        await uploads.close()
      },
    }
  } catch (error) {
    await workbench.close()
    throw error
  }
}

/** What was given, by id. */
export interface Given {
  readonly models: readonly { readonly id: string; readonly source: string }[]
  readonly data: readonly { readonly id: string; readonly source: string }[]
}

/** Adds the models and data of the command line. Ids are their names, numbered where two are alike: they last from start to start. */
export async function addGiven(
  workbench: Workbench,
  { models = [], data = [], target, classNames }: StudioOptions,
): Promise<Given> {
  const added = {
    models: [] as { id: string; source: string }[],
    data: [] as { id: string; source: string }[],
  }
  const taken = new Set<string>()
  const idOf = (path: string) => {
    const name = basename(path)
    let id = name
    for (let i = 2; taken.has(id); i++) id = `${name} (${i})`
    taken.add(id)
    return id
  }
  for (const source of models) {
    const id = idOf(source)
    workbench.addModel({
      ...{ id, source },
      name: id,
      origin: 'given',
      saidClassNames: classNames,
      open: () =>
        openModel(source, {
          defaults: IMAGE_DEFAULTS,
          onnx: { classNames },
          server: { classNames, ...IMAGE_DEFAULTS },
          process: { classNames },
        }),
    })
    await workbench.open(id)
    added.models.push({ id, source })
  }
  for (const given of data) {
    const { kind, path } = splitKind(given)
    const content = await openData(path, kind)
    const known = content.kind === 'tabular' && target !== undefined
    if (known) columnIndex(content.table, target, path)
    const id = idOf(path)
    added.data.push({ id, source: given })
    workbench.addData({
      ...{ id, source: path },
      name: id,
      origin: 'given',
      content: known ? { ...content, target } : content,
    })
  }
  return added
}

async function listen(server: Server, host: string, port: number | undefined): Promise<number> {
  for (let tried = 0; ; tried++) {
    const wanted = port ?? PORT + tried
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(wanted, host, () => {
          server.off('error', reject)
          resolve()
        })
      })
      return (server.address() as AddressInfo).port
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && port === undefined && tried < TRIES) continue
      throw new OptionError({
        where: '--host, --port',
        got: `${host}:${wanted} (${code ?? String(cause)})`,
        expected: 'an address of this machine, and a port that is free',
        remedy: 'Choose another port: --port 0 takes any that is free.',
        cause,
      })
    }
  }
}
