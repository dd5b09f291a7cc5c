import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { batchCommand } from '../../src/cli/batch.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { workerCommand } from '../../src/cli/worker.ts'

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/cluster/${name}`, import.meta.url)), 'utf8')

const output = { write: () => undefined, isTerminal: false, columns: undefined }
const context = {
  stdout: output,
  stderr: output,
  env: {},
  signal: new AbortController().signal,
} as unknown as CommandContext

/** The options of `sodalime …words` as its own parser reads them; throws for words that it does not know. */
function parsed(words: readonly string[]): { [option: string]: unknown } {
  const [name, ...rest] = words
  let command: Command = name === 'batch' ? batchCommand(context) : workerCommand(context)
  expect(command.name()).toBe(name)
  let left = rest
  const below = command.commands.find((one) => one.name() === left[0])
  if (below !== undefined) left = left.slice(1)
  // Rows of a table are what a worker is for without another word.
  command = below ?? command.commands.find((one) => one.name() === 'tabular')!
  command.exitOverride()
  const { operands, unknown } = command.parseOptions(left)
  expect({ operands, unknown }).toEqual({ operands: [], unknown: [] })
  const options = command.opts()
  for (const one of command.options.filter(({ mandatory }) => mandatory)) {
    expect(options, one.flags).toHaveProperty(one.attributeName())
  }
  return options
}

/** `npx sodalime …` or `sodalime …`. */
function wordsOf(command: string | readonly string[]): string[] {
  const words = typeof command === 'string' ? command.trim().split(/\s+/) : [...command]
  const at = words.indexOf('sodalime')
  expect(at).toBeGreaterThanOrEqual(0)
  return words.slice(at + 1)
}

describe('examples/cluster/compose.yaml', () => {
  const { services, volumes } = parse(read('compose.yaml'))

  it('calls commands and flags that there are, with one queue and one model for all', () => {
    const worker = parsed(wordsOf(services.worker.command))
    const batch = parsed(wordsOf(services.batch.command))
    expect(worker).toMatchObject({ queue: batch.queue, model: batch.model })
    expect(new URL(batch.queue as string).hostname in services).toBe(true)
  })

  it('waits for services that there are, and shares the folder of results', () => {
    for (const name of ['worker', 'batch']) {
      for (const other of services[name].depends_on) expect(services).toHaveProperty(other)
    }
    const { out, input } = parsed(wordsOf(services.batch.command)) as { out: string; input: string }
    const places = (name: string) =>
      (services[name].volumes as string[]).map((volume) => volume.split(':')[1]!)
    for (const name of ['worker', 'batch']) expect(places(name)).toContain(out)
    expect(places('batch').some((place) => input.startsWith(`${place}/`))).toBe(true)
    for (const volume of services.redis.volumes as string[]) {
      expect(volumes).toHaveProperty(volume.split(':')[0]!)
    }
  })
})

describe('examples/cluster/kubernetes.yaml', () => {
  const documents = parseAllDocuments(read('kubernetes.yaml')).map((one) => one.toJS())
  const [deployment, job] = documents

  it('holds a Deployment of workers and a Job', () => {
    expect(documents.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      'apps/v1 Deployment',
      'batch/v1 Job',
    ])
    expect(deployment.spec.selector.matchLabels).toEqual(deployment.spec.template.metadata.labels)
    expect(['OnFailure', 'Never']).toContain(job.spec.template.spec.restartPolicy)
  })

  it('calls commands and flags that there are, with one queue and one model for all', () => {
    const container = (one: typeof job) => one.spec.template.spec.containers[0]
    const worker = parsed(wordsOf(container(deployment).args))
    const batch = parsed(wordsOf(container(job).args))
    expect(worker).toMatchObject({
      queue: batch.queue,
      model: batch.model,
      queueCa: batch.queueCa,
    })
    expect(batch.out).toMatch(/^s3:/)
  })

  it('mounts the volumes that it defines', () => {
    for (const { spec } of [deployment, job]) {
      const { containers, volumes } = spec.template.spec
      const names = volumes.map(({ name }: { name: string }) => name)
      for (const { name } of containers[0].volumeMounts) expect(names).toContain(name)
    }
  })
})
