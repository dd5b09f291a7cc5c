/**
 * The workbench in a worker of the page, for sites without a server: models by ONNX Runtime's WebAssembly, which is loaded
 * with the first model, data and pictures as the site's `studio.json` lists them, and files that are dropped.
 */
import { loadOnnx, type OnnxOptions, type OnnxRuntime } from 'sodalime/models/onnx'
import {
  checkInstancesRequest,
  checkManyRequest,
  checkSetup,
  checkWhatIfRequest,
  failureOf,
  LIMITS,
  PICTURE_ENDINGS,
  pictures,
  readData,
  type Site,
  type SiteData,
  Workbench,
  withDataDetails,
} from 'sodalime/workbench'
import { decodePicture } from './decode-picture.ts'
import type { FromWorker, ToWorker } from './protocol.ts'

const say = (message: FromWorker) => postMessage(message)
const readers = { picture: decodePicture }
const workbench = new Workbench(() => say({ changed: true }))
const running = new Map<number, AbortController>()
let base = ''
let runtime: Promise<OnnxRuntime> | undefined
let dropped = 0

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if ('abort' in data) {
    running.get(data.id)?.abort(new Error('stopped'))
    return
  }
  const { id } = data
  const control = new AbortController()
  running.set(id, control)
  answer(data, control.signal)
    .then((answered) => say({ id, answer: answered }))
    .catch((error: unknown) => say({ id, failure: failureOf(error) }))
    .finally(() => running.delete(id))
})

async function answer(
  { id, call, body }: Extract<ToWorker, { readonly call: unknown }>,
  signal: AbortSignal,
): Promise<unknown> {
  const emit = (event: unknown) => say({ id, event })
  switch (call) {
    case 'begin':
      return begin(String(body))
    case 'catalogue':
      return workbench.catalogue()
    case 'instances':
      return workbench.instances(checkInstancesRequest(body))
    case 'explain':
      return workbench.explain(checkSetup(body), signal, emit)
    case 'whatIf':
      return workbench.whatIf(checkWhatIfRequest(body), signal)
    case 'many':
      return workbench.many(checkManyRequest(body), signal, emit)
    case 'drop':
      return drop(body as { readonly file: File; readonly batch?: string })
  }
}

/** Reads what the site holds; models are fetched when they are first used. */
async function begin(address: string): Promise<void> {
  base = address
  const site = (await (await fetched('studio.json')).json()) as Site
  for (const { file, options, ...model } of site.models) {
    const { classNames, ...rest } = model
    workbench.addModel({
      ...rest,
      ...(classNames && { classNames }),
      source: model.name,
      open: async () => open(new Uint8Array(await (await fetched(file)).arrayBuffer()), options),
    })
  }
  await Promise.all(site.data.map(addData))
}

async function addData(data: SiteData): Promise<void> {
  const { id, name, origin, files } = data
  const read = async (file: string) => new Uint8Array(await (await fetched(file)).arrayBuffer())
  const content =
    data.kind === 'image'
      ? pictures(
          files.map(({ file, name: called, truth }) => ({
            name: called,
            ...(truth !== undefined && { truth }),
            read: async (maxPixels) => decodePicture(await read(file), called, maxPixels),
          })),
        )
      : await readData(files[0]!.name, await read(files[0]!.file), readers, data.kind)
  workbench.addData({
    ...{ id, name, origin },
    source: files.length === 1 ? files[0]!.name : name,
    content: withDataDetails(data, content),
  })
}

async function drop({
  file,
  batch,
}: {
  readonly file: File
  readonly batch?: string
}): Promise<object> {
  if (dropped >= LIMITS.files) throw new Error(`More than ${LIMITS.files} files were dropped.`)
  dropped++
  const { name } = file
  const ending = /\.[^.]+$/.exec(name)?.[0].toLowerCase() ?? ''
  const bytes = new Uint8Array(await file.arrayBuffer())
  const id = `dropped-${batch ?? dropped}`
  if (ending === '.onnx') {
    workbench.addModel({
      ...{ id, name, source: name, origin: 'dropped' },
      open: () => open(bytes, { image: { resize: 'stretch' } }),
    })
    try {
      await workbench.open(id)
    } catch (error) {
      await workbench.remove(id)
      throw error
    }
    return { model: id }
  }
  if (['.h5', '.hdf5', '.keras'].includes(ending)) {
    throw new Error(`${name}: Keras files need the studio’s server, or sodalime convert to ONNX.`)
  }
  const one = await readData(name, bytes, readers)
  if (one.kind === 'image') await one.pictures[0]!.read(64)
  const before = PICTURE_ENDINGS.includes(ending) ? workbench.contentOf(id) : undefined
  const content =
    one.kind === 'image' && before?.kind === 'image'
      ? pictures([...before.pictures, ...one.pictures])
      : one
  const count = content.kind === 'image' ? content.pictures.length : 1
  workbench.addData({
    ...{ id, source: name, origin: 'dropped', content },
    name: count > 1 ? `${count} pictures` : name,
  })
  return { data: id }
}

async function open(bytes: Uint8Array, options: OnnxOptions | undefined) {
  runtime ??= loadRuntime()
  return loadOnnx(bytes, { ...options, runtime: await runtime, worker: false })
}

async function loadRuntime(): Promise<OnnxRuntime> {
  const address = new URL('ort/ort.wasm.min.mjs', base).href
  const module = (await import(/* @vite-ignore */ address)) as OnnxRuntime & {
    readonly env: { readonly wasm: { wasmPaths?: string } }
  }
  module.env.wasm.wasmPaths = new URL('ort/', base).href
  // More would need headers that a plain file server does not send.
  module.env.wasm.numThreads = 1
  return module
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(new URL(path, base))
  if (response.ok) return response
  throw new Error(`${path} could not be fetched: status ${response.status}.`)
}
