/** What the studio does not take: files outside of the folders given, and what is too large, too many or none of it. */
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listPictures, openData } from '../../src/serve/given-files.ts'
import { type Studio, startStudio } from '../../src/serve/start.ts'
import type { InstancePreview } from '../../src/workbench/index.ts'

const demo = (name: string) => fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
const newFolder = () => mkdtempSync(join(tmpdir(), 'sodalime-bounds-'))
const picture = readFileSync(demo('digit-3.png'))

describe('a folder of pictures', () => {
  it('ends at its edge: links that lead out of it are not there', async () => {
    const secret = newFolder()
    writeFileSync(join(secret, 'secret.png'), picture)
    const folder = newFolder()
    writeFileSync(join(folder, 'own.png'), picture)
    symlinkSync(join(secret, 'secret.png'), join(folder, 'link.png'))
    symlinkSync(secret, join(folder, 'linked-folder'))
    symlinkSync(join(folder, 'own.png'), join(folder, 'inside.png'))
    const names = (await listPictures(folder)).map(({ name }) => name)
    expect(names).toEqual(['inside.png', 'own.png'])
  })

  it('is looked at again when a picture is read: a file that became a link is not followed', async () => {
    const secret = newFolder()
    writeFileSync(join(secret, 'secret.png'), picture)
    const folder = newFolder()
    writeFileSync(join(folder, 'own.png'), picture)
    const content = await openData(folder)
    if (content.kind !== 'image') throw new Error(content.kind)
    expect((await content.pictures[0]!.read(1000)).width).toBe(28)
    execFileSync('ln', ['-sf', join(secret, 'secret.png'), join(folder, 'own.png')])
    await expect(content.pictures[0]!.read(1000)).rejects.toThrow(/no such file/)
  })

  it('without pictures is refused', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'empty'))
    await expect(openData(folder)).rejects.toThrow(/a folder without pictures/)
  })
})

describe('a CSV of a gigabyte', () => {
  it('is refused with the reason, on the command line and by the server', async () => {
    const path = join(newFolder(), 'large.csv')
    writeFileSync(path, 'a,b\n1,2\n')
    truncateSync(path, 1_000_000_000)
    await expect(openData(path)).rejects.toThrow(
      /got 1,000 MB, expected at most 200 MB, since the studio holds it in memory/,
    )
    await expect(startStudio({ port: 0, data: [path] })).rejects.toThrow(/Take a sample/)
  })
})

describe('files that are sent to the server', () => {
  let studio: Studio
  let base: string

  beforeAll(async () => {
    studio = await startStudio({ port: 0 })
    base = `http://127.0.0.1:${studio.port}`
  })
  afterAll(() => studio.close())

  const send = (name: string, body: string | Uint8Array<ArrayBuffer>) =>
    fetch(`${base}/api/files?name=${encodeURIComponent(name)}`, { method: 'POST', body })

  it('are refused by their announced size, before a byte of them is read', async () => {
    const status = await new Promise((resolve, reject) => {
      const asked = request(
        `${base}/api/files?name=big.csv`,
        { method: 'POST', headers: { 'content-length': '1000000000' } },
        (response) => {
          resolve(response.statusCode)
          asked.destroy()
        },
      )
      asked.on('error', reject)
      asked.write('a,b\n')
    })
    expect(status).toBe(422)
  })

  it('are refused with what is wrong with them, and leave nothing in the catalogue', async () => {
    const before = JSON.stringify(studio.workbench.catalogue())
    for (const [name, body, words] of [
      ['empty.csv', '', /an empty file/],
      ['ragged.csv', 'a,b\n1,2\n3\n', /line 3/],
      ['model.onnx', 'no model at all', /onnx/i],
      ['model.keras', 'no model at all', /./],
      ['photo.png', 'no picture', /cannot be decoded/],
      ['photo.png', picture.subarray(0, 100) as Uint8Array<ArrayBuffer>, /cannot be decoded/],
      ['notes.docx', 'text', /\.docx/],
      ['../../etc/passwd', 'root', /without an ending/],
      ['binary.csv', '\0\0\0', /binary data/],
    ] as const) {
      const response = await send(name, body)
      const { failure } = (await response.json()) as { readonly failure: { message: string } }
      expect([name, response.status]).toEqual([name, 422])
      expect(failure.message).toMatch(words)
    }
    expect(JSON.stringify(studio.workbench.catalogue())).toBe(before)
  })

  it('keep their names as names only, and are deleted with the studio', async () => {
    const own = await startStudio({ port: 0 })
    const response = await fetch(
      `http://127.0.0.1:${own.port}/api/files?name=${encodeURIComponent('../../../tmp/evil.csv')}`,
      { method: 'POST', body: 'a,b\n1,2\n3,4\n' },
    )
    const { data } = (await response.json()) as { readonly data: string }
    const info = own.workbench.catalogue().data.find(({ id }) => id === data)
    expect(info?.name).toBe('../../../tmp/evil.csv')
    const left = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('sodalime-studio-'))
    const during = await left()
    await own.close()
    const after = await left()
    expect(during.filter((name) => !after.includes(name))).toHaveLength(1)
  })

  it('may be pictures of a hundred megapixels: they are reduced', async () => {
    const large = await sharp({
      create: { width: 10_000, height: 10_000, channels: 3, background: '#a05020' },
    })
      .png({ compressionLevel: 1 })
      .toBuffer()
    const response = await send('large.png', new Uint8Array(large))
    expect(response.status).toBe(200)
    const { data } = (await response.json()) as { readonly data: string }
    const listed = await fetch(`${base}/api/instances`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data, from: 0, count: 1 }),
    })
    const [one] = (await listed.json()) as InstancePreview[]
    expect(one?.picture).toMatch(/^data:image\/png/)
    const content = studio.workbench.contentOf(data)
    if (content?.kind !== 'image') throw new Error('no picture')
    const { width, height } = await content.pictures[0]!.read(250_000)
    expect(width * height).toBeLessThanOrEqual(250_000)
  })
})
