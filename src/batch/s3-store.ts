/**
 * Results in S3-compatible storage, by the AWS SDK.
 *
 * Region, credentials and address are found as the SDK finds them (`AWS_REGION`, `AWS_ACCESS_KEY_ID`, …, and
 * `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` for storage that is not Amazon's, whose buckets are then named by path). An
 * upload is there whole or not at all.
 */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, MissingDependencyError, OptionError } from '../contract/errors.ts'
import type { ResultStore } from './result-store.ts'

type Sdk = typeof import('@aws-sdk/client-s3')

/** Opens `s3://bucket/prefix`. Throws an OptionError for an address that is none, or a bucket that cannot be reached. */
export async function openS3Store(place: string): Promise<ResultStore> {
  const address = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(place)
  if (address === null) {
    throw new OptionError({
      where: '--out',
      got: place,
      expected: 's3://bucket/prefix',
      remedy: 'A bucket has small letters, digits, dots and hyphens.',
    })
  }
  const bucket = address[1]!
  const prefix = (address[2] ?? '').replace(/\/*$/, address[2] ? '/' : '')
  const sdk = await loadSdk(place)
  const { env } = process
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL
  const client = new sdk.S3Client({
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1',
    maxAttempts: 5,
    ...(endpoint !== undefined && { forcePathStyle: true }),
    // Storage that is not Amazon's may not know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const object = (name: string) => ({ Bucket: bucket, Key: `${prefix}${name}` })
  const get = async (name: string, range?: string): Promise<Uint8Array | undefined> => {
    try {
      const answer = await client.send(
        new sdk.GetObjectCommand({ ...object(name), ...(range !== undefined && { Range: range }) }),
      )
      return await answer.Body!.transformToByteArray()
    } catch (cause) {
      if (statusOf(cause) === 404) return undefined
      // A range of a file without bytes.
      if (statusOf(cause) === 416) return new Uint8Array()
      throw failed(`${place}, ${name}`, 'read', cause)
    }
  }
  const list = async (): Promise<string[]> => {
    const names: string[] = []
    let token: string | undefined
    do {
      const page = await client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      )
      for (const { Key } of page.Contents ?? []) names.push(Key!.slice(prefix.length))
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined
    } while (token !== undefined)
    return names
  }
  try {
    await list()
  } catch (cause) {
    client.destroy()
    throw unreachable(place, cause)
  }
  return {
    place,
    list,
    read: (name) => get(name),
    tail: (name, most) => get(name, `bytes=-${most}`),
    write: async (name, bytes) => {
      try {
        await client.send(new sdk.PutObjectCommand({ ...object(name), Body: bytes }))
      } catch (cause) {
        throw failed(`${place}, ${name}`, 'written', cause)
      }
    },
    create: async (name, bytes) => {
      // Not all storage knows the condition: look first.
      if ((await get(name)) !== undefined) return false
      try {
        await client.send(
          new sdk.PutObjectCommand({ ...object(name), Body: bytes, IfNoneMatch: '*' }),
        )
        return true
      } catch (cause) {
        const status = statusOf(cause)
        if (status === 412 || status === 409) return false
        throw failed(`${place}, ${name}`, 'made', cause)
      }
    },
    remove: async (name) => {
      await client.send(new sdk.DeleteObjectCommand(object(name)))
    },
    path: async (name) => {
      const copy = join(tmpdir(), `sodalime-${randomBytes(6).toString('hex')}-${name}`)
      await writeFile(copy, (await get(name)) ?? new Uint8Array())
      return copy
    },
    close: async () => client.destroy(),
  }
}

async function loadSdk(place: string): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-s3')
  } catch (cause) {
    throw new MissingDependencyError({
      where: `--out ${place}`,
      got: 'no package @aws-sdk/client-s3',
      expected: 'the AWS SDK, which speaks to S3',
      remedy: 'Install it: npm install @aws-sdk/client-s3',
      cause,
    })
  }
}

function statusOf(cause: unknown): number | undefined {
  return (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
}

function failed(where: string, what: string, cause: unknown): DataError {
  return new DataError({
    where,
    got: `an object that cannot be ${what} (${(cause as Error).name}: ${(cause as Error).message})`,
    expected: 'storage that can be read and written',
    remedy: 'Check rights and connection, and give the same command again; what is done is kept.',
    cause,
  })
}

function unreachable(place: string, cause: unknown): OptionError {
  return new OptionError({
    where: '--out',
    got: `${place}, which cannot be listed (${(cause as Error).name}: ${(cause as Error).message})`,
    expected: 'a bucket that is there and may be used',
    remedy:
      'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and AWS_ENDPOINT_URL_S3 for storage that is not Amazon’s.',
    cause,
  })
}
