/**
 * The studio as a site that needs no server: the same page, the models running in it by WebAssembly.
 *
 * 1. Models and data are opened as for the server, so that what is wrong with them is said now.
 * 2. Models must be ONNX files, small enough to be fetched; data must be files that a page can read.
 * 3. Everything is written into a folder beside the wanted one, which then takes its name: a site is whole or not there.
 */
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { DataError, MissingDependencyError, OptionError } from '../contract/errors.ts'
import { extensionOf } from '../data/bytes.ts'
import { findPreprocessing, mergeOptions } from '../models/preprocessing.ts'
import {
  DATA_ENDINGS,
  DEMO_DATA,
  DEMO_MODELS,
  type Site,
  type SiteData,
  type SiteModel,
  Workbench,
} from '../workbench/index.ts'
import { contentSecurityPolicy, readClient } from './client-files.ts'
import { addDemos, demoPath } from './demo-files.ts'
import { checkBytes, listPictures, splitKind } from './given-files.ts'
import { addGiven, type StudioOptions } from './start.ts'
import { IMAGE_DEFAULTS } from './uploads.ts'

/** Files of onnxruntime-web that run a model. */
const RUNTIME = [
  'ort.wasm.min.mjs',
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
] as const

/** Bytes of a model that a page may have to fetch. */
const MODEL_BYTES = 200_000_000

/** A file to be copied: from where, and its place in the site. */
interface Copy {
  readonly from: string
  readonly to: string
}

/**
 * Writes the site. Rejects with an OptionError for a folder that holds something already and for models and data that a
 * page cannot use, a MissingDependencyError without onnxruntime-web, and what is wrong with a file.
 */
export async function exportSite(folder: string, options: StudioOptions): Promise<void> {
  const wanted = resolve(folder)
  await checkEmpty(wanted)
  const runtime = runtimeFolder()
  const client = await readClient()
  const copies: Copy[] = RUNTIME.map((name) => ({ from: join(runtime, name), to: `ort/${name}` }))
  const site = await siteOf(options, copies)
  const partial = `${wanted}.partial-${process.pid}`
  try {
    for (const [path, { bytes }] of client) {
      const page = path === '/index.html'
      const content = page ? localPage(new TextDecoder().decode(bytes)) : bytes
      await write(join(partial, path), content)
    }
    await write(join(partial, 'studio.json'), JSON.stringify(site))
    for (const { from, to } of copies) {
      const path = join(partial, to)
      await mkdir(dirname(path), { recursive: true })
      await copyFile(from, path)
    }
    // An empty folder may stand in the way.
    await rm(wanted, { recursive: true, force: true })
    await rename(partial, wanted)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

async function checkEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new OptionError({
      where: '--static',
      got: `${folder} (${error.code})`,
      expected: 'a folder that is empty or not there yet',
      remedy: 'Name another folder.',
      cause: error,
    })
  })
  if (found.length === 0) return
  throw new OptionError({
    where: '--static',
    got: `${folder}, which holds ${found.length} files`,
    expected: 'a folder that is empty or not there yet',
    remedy: 'Empty it first, or name another folder.',
  })
}

function runtimeFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('onnxruntime-web'))
  } catch (cause) {
    throw new MissingDependencyError({
      where: '--static',
      got: 'no package onnxruntime-web',
      expected: 'the WebAssembly that runs models in the page',
      remedy: 'Install it: npm install onnxruntime-web',
      cause,
    })
  }
}

/** The list of the site; the files that it names are added to `copies`. */
async function siteOf(options: StudioOptions, copies: Copy[]): Promise<Site> {
  const workbench = new Workbench()
  try {
    await addDemos(workbench)
    const given = await addGiven(workbench, options)
    const models: SiteModel[] = DEMO_MODELS.map(({ said, file, ...model }) => ({
      ...model,
      origin: 'demo',
      file: placed(copies, demoPath(file), 'models'),
      ...(said && {
        saidClassNames: model.classNames,
        options: { classNames: model.classNames },
      }),
    }))
    for (const { id, source } of given.models) {
      models.push(await givenModel(workbench, id, source, options, copies))
    }
    const data: SiteData[] = DEMO_DATA.map(({ id, name, files, truths, ...details }) => ({
      ...{ id, name, ...details },
      origin: 'demo',
      kind: workbench.contentOf(id)!.kind,
      files: files.map((file, i) => ({
        file: placed(copies, demoPath(file), 'data'),
        name: file,
        ...(truths && { truth: truths[i]! }),
      })),
    }))
    for (const { id, source } of given.data) {
      data.push(await givenData(workbench, id, source, options, copies))
    }
    return { models, data }
  } finally {
    await workbench.close()
  }
}

async function givenModel(
  workbench: Workbench,
  id: string,
  source: string,
  { classNames }: StudioOptions,
  copies: Copy[],
): Promise<SiteModel> {
  if (extensionOf(source) !== '.onnx' || /^[a-z][a-z0-9+.-]+:/i.test(source)) {
    throw new OptionError({
      where: '--static, --model',
      got: source,
      expected: 'an ONNX file, since it must run in the page',
      remedy:
        'Bring Keras files to ONNX with sodalime convert; servers and programs need the studio’s server.',
    })
  }
  checkBytes(source, (await stat(source)).size, MODEL_BYTES)
  const info = workbench.catalogue().models.find((one) => one.id === id)!
  const said = await findPreprocessing(source)
  return {
    ...{ id, name: info.name, origin: 'given', kinds: info.kinds },
    ...(info.classNames && { classNames: info.classNames }),
    ...(classNames && { saidClassNames: classNames }),
    file: placed(copies, source, 'models'),
    options: mergeOptions(IMAGE_DEFAULTS, said?.options, classNames && { classNames }),
  }
}

async function givenData(
  workbench: Workbench,
  id: string,
  given: string,
  { target }: StudioOptions,
  copies: Copy[],
): Promise<SiteData> {
  const { path } = splitKind(given)
  const content = workbench.contentOf(id)!
  const common = { id, name: id, origin: 'given', kind: content.kind } as const
  const ending = extensionOf(path)
  if (content.kind === 'image' && ending === '') {
    const files = (await listPictures(path)).map(({ path: from, name, truth }) => ({
      file: placed(copies, from, 'data'),
      name,
      ...(truth !== undefined && { truth }),
    }))
    return { ...common, files }
  }
  if (!DATA_ENDINGS.includes(ending)) {
    throw new DataError({
      where: path,
      got: `a file that ends with ${ending}`,
      expected: `data that a page can read: ${DATA_ENDINGS.join(', ')}`,
      remedy: 'Bring it to one of these.',
    })
  }
  return {
    ...common,
    files: [{ file: placed(copies, path, 'data'), name: basename(path) }],
    ...(content.kind === 'tabular' && target !== undefined && { target }),
  }
}

/** Plans a copy; gives its place in the site: numbered, so that equal names stay apart and none can act. */
function placed(copies: Copy[], from: string, folder: string): string {
  const to = `${folder}/${copies.length}${extensionOf(from)}`
  copies.push({ from, to })
  return to
}

/** The page with the backend that runs in it, and its policy, which no server can say. */
function localPage(html: string): string {
  const policy = contentSecurityPolicy(true)
  return html.replace(
    /<meta name="sodalime-studio" content="server"\s*\/?>/,
    `<meta name="sodalime-studio" content="local">\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`,
  )
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}
