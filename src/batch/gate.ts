/**
 * Work that others may go on beside, and work that must be alone in its process.
 *
 * In order of arrival: what must be alone waits for all that began before it, and all that comes later waits for it.
 */
export class Gate {
  /** The last work that is alone. */
  #alone: Promise<unknown> = Promise.resolve()
  readonly #open = new Set<Promise<unknown>>()

  /** Does `work` beside others. */
  async together<Made>(work: () => Promise<Made>): Promise<Made> {
    const doing = this.#alone.then(work)
    const over = doing.catch(() => undefined)
    this.#open.add(over)
    try {
      return await doing
    } finally {
      this.#open.delete(over)
    }
  }

  /** Does `work` while nothing else is done. */
  alone<Made>(work: () => Promise<Made>): Promise<Made> {
    const doing = Promise.all([this.#alone, ...this.#open]).then(work)
    this.#alone = doing.catch(() => undefined)
    return doing
  }
}
