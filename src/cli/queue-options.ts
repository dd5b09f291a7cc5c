/** The flags that lead to a queue. */
import type { Command } from 'commander'
import { QUEUE_NAME } from '../batch/queue.ts'
import type { RedisPlace } from '../batch/redis.ts'
import type { CommandContext } from './context.ts'

/** What the flags below give. */
export interface QueueFlags {
  readonly queue?: string
  readonly queueName: string
  readonly queueCa?: string
}

/** Adds the flags to a command. */
export function addQueueOptions(command: Command, required = false): Command {
  const flags = '--queue <url>'
  const description = 'Redis or Valkey: redis://host:6379, rediss:// for TLS'
  return (
    required ? command.requiredOption(flags, description) : command.option(flags, description)
  )
    .option('--queue-name <name>', 'name of the queue', QUEUE_NAME)
    .option('--queue-ca <file>', 'certificate of the authority behind rediss:// (PEM)')
}

/** Where Redis is; the password may stand in `SODALIME_REDIS_PASSWORD`. */
export function redisPlace(flags: QueueFlags, env: CommandContext['env']): RedisPlace {
  return { url: flags.queue!, password: env.SODALIME_REDIS_PASSWORD, ca: flags.queueCa }
}
