import { writeFileSync } from 'node:fs'
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

beforeAll(async () => {
  const { port } = await server.run()
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${port}`)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER')
  vi.stubEnv('AWS_REGION', 'us-east-1')
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

describe('--out s3://', () => {
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
