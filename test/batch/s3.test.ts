import { writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openResultStore } from '../../src/batch/result-store.ts'
import { callCli } from '../cli/run-cli.ts'
import { emptyFolder, model, shardBytes, tableLines, training } from './batch-folder.ts'

// Batches start workers, which takes long on a machine that is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const folder = emptyFolder()
const input = join(folder, 'rows.csv')
writeFileSync(input, `${tableLines(20).join('\n')}\n`)

const command = (out: string) => [
  ...['batch', 'tabular', '--model', model, '--data', training, '--target', 'diagnosis'],
  ...['--input', input, '--out', out, '--num-samples', '60', '--shard-size', '6'],
  ...['--workers', '1', '--json-lines', '-q'],
]

const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  // Its own reckoning of signatures errs for listings; that there is a well-formed one is still checked.
  allowMismatchedSignatures: true,
  directory: join(folder, 's3'),
  configureBuckets: [{ name: 'results', configs: [] }],
})

let port = 0

beforeAll(async () => {
  port = (await server.run()).port
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${port}`)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER')
  vi.stubEnv('AWS_REGION', 'us-east-1')
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

/**
 * The server behind a door that knows conditional writes, as Amazon's, MinIO's and others do: of writes with
 * `If-None-Match: *` it lets in the first and answers 412 to the rest, once `together` of them have come.
 */
async function conditionalDoor(together: number) {
  const held = new Set<string>()
  const waiting: (() => void)[] = []
  const refused: string[] = []
  const door = createServer((incoming, answer) => {
    const { method, url = '', headers } = incoming
    const path = url.replace(/\?.*/, '')
    const pass = () => {
      if (headers['if-none-match'] === '*') {
        if (held.has(path)) {
          refused.push(path)
          incoming.resume().on('end', () => answer.writeHead(412).end())
          return
        }
        held.add(path)
      }
      if (method === 'DELETE') held.delete(path)
      const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (back) => {
        answer.writeHead(back.statusCode!, back.headers)
        back.pipe(answer)
      })
      incoming.pipe(onward)
    }
    if (headers['if-none-match'] !== '*') return pass()
    waiting.push(pass)
    if (waiting.length >= together) for (const one of waiting.splice(0)) one()
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  return {
    refused,
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => door.close(resolve)),
  }
}

describe('--out s3://', () => {
  it('lets one of several make a file where storage knows conditional writes', async () => {
    const door = await conditionalDoor(5)
    const before = process.env.AWS_ENDPOINT_URL_S3!
    vi.stubEnv('AWS_ENDPOINT_URL_S3', door.url)
    const stores = await Promise.all(
      [1, 2, 3, 4, 5].map(() => openResultStore('s3://results/race')),
    )
    // Each has looked and seen nothing before any of them writes.
    const made = await Promise.all(
      stores.map((store, i) => store.create('lock.json', Uint8Array.of(i))),
    )
    expect(made.filter(Boolean)).toHaveLength(1)
    expect(door.refused).toEqual(Array(4).fill('/results/race/lock.json'))
    expect(await stores[0]!.read('lock.json')).toEqual(Uint8Array.of(made.indexOf(true)))
    for (const store of stores) await store.close()
    vi.stubEnv('AWS_ENDPOINT_URL_S3', before)
    await door.close()
  })

  it('holds the same bytes as a folder, goes on, and is summed up', async () => {
    const place = 's3://results/a/month'
    const reference = join(folder, 'reference')
    expect((await callCli(command(reference))).code).toBe(0)
    const first = await callCli(command(place))
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' })
    const store = await openResultStore(place)
    const names = await store.list()
    expect(names.sort()).toEqual([...Object.keys(shardBytes(reference)), 'manifest.json'].sort())
    for (const [name, bytes] of Object.entries(shardBytes(reference))) {
      expect(Buffer.from((await store.read(name))!).toString('hex')).toBe(bytes)
    }
    await store.remove('part-000001.parquet')
    expect((await callCli(command(place))).code).toBe(0)
    expect(await store.read('part-000001.parquet')).toBeDefined()
    expect(await store.read('no-such-file')).toBe(undefined)
    expect(await store.create('manifest.json', new Uint8Array())).toBe(false)
    await store.close()
    const summary = await callCli(['summarize', place, '--json', '-'])
    expect(JSON.parse(summary.stdout)).toMatchObject({ instances: 20, failed: 0 })
  })

  it('refuses a second coordinator, and a place of something else', async () => {
    const store = await openResultStore('s3://results/locked')
    const lock = { owner: 'x', host: 'elsewhere', pid: 1, began: null, beat: Date.now() }
    await store.create('lock.json', new TextEncoder().encode(JSON.stringify(lock)))
    const held = await callCli(command('s3://results/locked'))
    expect(held.code).toBe(2)
    expect(held.stderr).toContain('where another batch is at work (process 1 on elsewhere)')
    await store.close()
    const other = await openResultStore('s3://results/other')
    await other.write('thesis.txt', new TextEncoder().encode('mine'))
    await other.close()
    const refused = await callCli(command('s3://results/other'))
    expect(refused.stderr).toContain('which holds something else (thesis.txt)')
  })

  it('says what is wrong with a bucket that is not there, and an address that is none', async () => {
    const absent = await callCli(command('s3://nowhere/x'))
    expect(absent.code).toBe(2)
    expect(absent.stderr).toMatch(
      /--out: got s3:\/\/nowhere\/x, which cannot be listed \(NoSuchBucket/,
    )
    expect((await callCli(command('s3://A_B'))).stderr).toContain('expected s3://bucket/prefix')
    expect((await callCli(command('gs://bucket/x'))).stderr).toContain(
      'expected a folder, or s3://',
    )
  })
})
