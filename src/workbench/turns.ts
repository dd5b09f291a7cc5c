/**
 * Turns: at most so many pieces of long work at once, the others wait in the order in which they came.
 *
 * A turn that waits is given up when its signal aborts; whoever waits is told how many stand before it.
 */

/** Gives turns. */
export class Turns {
  readonly #most: number
  #running = 0
  readonly #waiting: { readonly begin: () => void; readonly told: (before: number) => void }[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** Does `work` when its turn comes. Rejects with the signal's reason where it aborts before. */
  async take<Result>(
    work: () => Promise<Result>,
    signal: AbortSignal,
    told: (before: number) => void,
  ): Promise<Result> {
    signal.throwIfAborted()
    if (this.#running < this.#most) this.#running++
    else await this.#wait(signal, told)
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // The turn goes on to the next one.
      if (next !== undefined) next.begin()
      else this.#running--
      this.#tell()
    }
  }

  #wait(signal: AbortSignal, told: (before: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const place = {
        begin: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
        told,
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(place), 1)
        this.#tell()
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(place)
      told(this.#waiting.length)
    })
  }

  #tell(): void {
    this.#waiting.forEach(({ told }, i) => {
      told(i + 1)
    })
  }
}
