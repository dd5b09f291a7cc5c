/**
 * How far a batch is: instances a second over the last minute, time left, failures; and the same as metrics in
 * Prometheus' text format, for the textfile collector of its node exporter.
 */

/** How far a batch is. */
export interface BatchProgress {
  readonly state: 'starting' | 'running' | 'done'
  /** Instances that are done, those of earlier runs included. */
  readonly instances: number
  /** Of these, done by earlier runs. */
  readonly resumed: number
  readonly failed: number
  /** Instances in all; estimated from the part of the input that is read where `estimated`. */
  readonly total: number | null
  readonly estimated: boolean
  /** Instances a second. */
  readonly rate: number
  /** Seconds; null where nothing is known yet. */
  readonly left: number | null
  /** Seconds since the start. */
  readonly seconds: number
  readonly shards: number
}

/** Seconds over which the rate is taken. */
const WINDOW = 60

/** Keeps count. */
export class ProgressMeter {
  readonly #began = performance.now()
  readonly #past: { readonly at: number; readonly done: number }[] = []
  #state: BatchProgress['state'] = 'starting'
  #done = 0
  #resumed = 0
  #failed = 0
  #shards = 0
  #total: number | undefined
  #estimate: number | undefined

  /** A shard is done, by this run or an earlier one. */
  shard(summary: { readonly instances: number; readonly failed: number }, resumed: boolean): void {
    this.#shards++
    this.#done += summary.instances
    this.#failed += summary.failed
    if (resumed) this.#resumed += summary.instances
    else this.#state = 'running'
  }

  /** So many instances are read, which is this share of the input. */
  read(instances: number, share: number, total: number | undefined): void {
    this.#total = total ?? (share >= 1 ? instances : undefined)
    this.#estimate = share > 0 ? instances / share : undefined
  }

  get failed(): number {
    return this.#failed
  }

  end(): void {
    this.#state = 'done'
    this.#total = this.#done
  }

  /** The state now; `underway` instances are done in shards that are not. */
  now(underway = 0): BatchProgress {
    const seconds = (performance.now() - this.#began) / 1000
    const fresh = this.#done - this.#resumed + underway
    this.#past.push({ at: seconds, done: fresh })
    while (this.#past.length > 2 && this.#past[1]!.at < seconds - WINDOW) this.#past.shift()
    const first = this.#past.length > 1 ? this.#past[0]! : { at: 0, done: 0 }
    const rate = Math.max(0, (fresh - first.done) / Math.max(1e-3, seconds - first.at))
    const total = this.#total ?? this.#estimate
    const open = total === undefined ? undefined : Math.max(0, total - this.#done - underway)
    return {
      state: this.#state,
      instances: this.#done + underway,
      resumed: this.#resumed,
      failed: this.#failed,
      total: total === undefined ? null : Math.round(total),
      estimated: this.#total === undefined,
      rate: this.#state === 'done' ? fresh / Math.max(1e-3, seconds) : rate,
      left: open === undefined || rate === 0 ? null : open / rate,
      seconds,
      shards: this.#shards,
    }
  }
}

/** The metrics in Prometheus' text format. */
export function prometheusText(progress: BatchProgress, batch: string): string {
  const { state, instances, resumed, failed, total, rate, left, seconds, shards } = progress
  const metrics: [name: string, type: string, help: string, value: number | null][] = [
    [
      'instances_total',
      'counter',
      'Instances that are done, those of earlier runs included.',
      instances,
    ],
    ['resumed_instances', 'gauge', 'Instances that earlier runs had done.', resumed],
    ['failed_instances_total', 'counter', 'Instances that could not be explained.', failed],
    ['shards_total', 'counter', 'Files of results that are written.', shards],
    ['input_instances', 'gauge', 'Instances in the input; an estimate while it is read.', total],
    ['instances_per_second', 'gauge', 'Instances a second over the last minute.', rate],
    ['seconds_left', 'gauge', 'Seconds until the end at that rate.', left],
    ['seconds', 'gauge', 'Seconds since the start.', seconds],
    ['done', 'gauge', '1 when the batch is done.', state === 'done' ? 1 : 0],
  ]
  return metrics
    .filter(([, , , value]) => value !== null)
    .map(
      ([name, type, help, value]) =>
        `# HELP sodalime_batch_${name} ${help}\n# TYPE sodalime_batch_${name} ${type}\nsodalime_batch_${name}{batch="${batch}"} ${value}\n`,
    )
    .join('')
}
