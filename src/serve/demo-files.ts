/** The demonstrations' models and data, from the package's folder `demo`. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { loadOnnx } from '../models/onnx.ts'
import {
  type DataContent,
  DEMO_DATA,
  DEMO_MODELS,
  type DemoData,
  pictures,
  readData,
  type Workbench,
  withDataDetails,
} from '../workbench/index.ts'
import { decodePicture, readers } from './given-files.ts'

/** The path of a file of the package's folder `demo`. */
export function demoPath(name: string): string {
  return fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
}

/** Adds all demonstrations. */
export async function addDemos(workbench: Workbench): Promise<void> {
  for (const { id, name, file, kinds, classNames, said } of DEMO_MODELS) {
    const path = demoPath(file)
    workbench.addModel({
      ...{ id, name, kinds, classNames },
      source: path,
      origin: 'demo',
      ...(said && { saidClassNames: classNames }),
      open: () => loadOnnx(path, said && { classNames }),
    })
  }
  for (const data of DEMO_DATA) {
    const { id, name, files } = data
    const source = demoPath(files.length > 1 ? '' : files[0]!)
    workbench.addData({ id, name, source, origin: 'demo', content: await demoContent(data) })
  }
}

async function demoContent(data: DemoData): Promise<DataContent> {
  const { files, truths } = data
  if (truths !== undefined) {
    return pictures(
      files.map((file, i) => ({
        name: file,
        truth: truths[i]!,
        read: async (maxPixels) => decodePicture(await readFile(demoPath(file)), file, maxPixels),
      })),
    )
  }
  const file = files[0]!
  return withDataDetails(data, await readData(file, await readFile(demoPath(file)), readers))
}
