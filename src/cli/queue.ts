/** `sodalime queue status`: jobs, workers and batches of a queue. */
import { Command } from 'commander'
import { queueStatus } from '../batch/queue.ts'
import { connectRedis, visibleUrl } from '../batch/redis.ts'
import type { CommandContext } from './context.ts'
import { addQueueOptions, type QueueFlags, redisPlace } from './queue-options.ts'

const EXAMPLES = `
Examples:
  $ sodalime queue status --queue redis://127.0.0.1:6379
`

/** The command. */
export function queueCommand(context: CommandContext): Command {
  const status = new Command('status')
    .summary('show jobs, workers and batches')
    .description('Show what a queue holds and who works on it.')
  addQueueOptions(status, true)
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: QueueFlags & { readonly json?: boolean }) => {
      const redis = await connectRedis(redisPlace(flags, context.env))
      try {
        const state = await queueStatus(redis, flags.queueName)
        if (flags.json === true) {
          context.stdout.write(`${JSON.stringify(state, null, 2)}\n`)
          return
        }
        const jobs = Object.entries(state.jobs).map(([name, count]) => `${count} ${name}`)
        const lines = [
          `Queue ${flags.queueName} at ${visibleUrl(flags.queue!)}: ${jobs.join(', ')}`,
          `Batches: ${state.batches.length === 0 ? 'none' : state.batches.join(', ')}`,
          `Workers: ${state.workers.length === 0 ? 'none' : state.workers.length}`,
          ...state.workers.map(
            ({ host, pid, workers, model, hash, shards, draining, sodalime }) =>
              `  ${host} ${pid}  ${workers} × ${model} (${hash.slice(0, 12)})  ${shards} shards  sodalime ${sodalime}${draining ? '  finishing' : ''}`,
          ),
        ]
        context.stdout.write(`${lines.join('\n')}\n`)
      } finally {
        redis.disconnect()
      }
    })
  return new Command('queue')
    .summary('look at a queue of shards')
    .description('Look at a queue of shards in Redis.')
    .addCommand(status)
}
