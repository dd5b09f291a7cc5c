/** Progress of one explain call, reported after each batch of model calls. */
export interface Progress {
  /** What is being done now. */
  readonly stage: 'sampling' | 'predicting' | 'fitting'
  /** Samples whose outputs are known. */
  readonly done: number
  /** Samples asked for. */
  readonly total: number
  /** Seconds since the call began. */
  readonly seconds: number
}

/** Something a reader of the explanation should know; kept in its diagnostics and handed to `onWarning`. */
export interface Warning {
  /** Stable name, kebab-case: safe to switch on. */
  readonly code: string
  /** One sentence for a person. */
  readonly message: string
}

/** What every call that may take long accepts. */
export interface Control {
  /** Stops the call: it rejects with the signal's `reason`, and running model calls are told. */
  readonly signal?: AbortSignal
  /** Called after each batch of model calls. */
  readonly onProgress?: (progress: Progress) => void
  /** Called once for each warning, as it arises. */
  readonly onWarning?: (warning: Warning) => void
}
