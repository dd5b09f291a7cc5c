/**
 * What the page asks of whoever does the work: a server, or a worker of the page itself.
 */
import type {
  Catalogue,
  Failure,
  InstancePreview,
  InstancesRequest,
  ManyEvent,
  ManyRequest,
  RunEvent,
  Setup,
  WhatIfAnswer,
  WhatIfRequest,
} from 'sodalime/workbench'

/** Whether the backend can be reached, or that its catalogue has changed. */
export type LinkState = 'up' | 'down' | 'changed'

/** What became of a dropped file. */
export interface Dropped {
  readonly model?: string
  readonly data?: string
}

/** The work, wherever it is done. Rejections are `BackendError`s, or the reason of an aborted signal. */
export interface Backend {
  readonly catalogue: () => Promise<Catalogue>
  /** Calls back whenever the link changes. */
  readonly watch: (listener: (state: LinkState) => void) => void
  readonly instances: (request: InstancesRequest) => Promise<readonly InstancePreview[]>
  readonly explain: (
    setup: Setup,
    signal: AbortSignal,
    onEvent: (event: RunEvent) => void,
  ) => Promise<void>
  readonly whatIf: (request: WhatIfRequest, signal: AbortSignal) => Promise<WhatIfAnswer>
  readonly many: (
    request: ManyRequest,
    signal: AbortSignal,
    onEvent: (event: ManyEvent) => void,
  ) => Promise<void>
  /** Takes a file; pictures of one `batch` become one data set. */
  readonly drop: (file: File, batch: string | undefined) => Promise<Dropped>
}

/** A failure that the backend reports. `Disconnected`: it could not be reached. */
export class BackendError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** What was thrown, as a failure that can be shown. */
export function failureFrom(error: unknown): Failure {
  if (error instanceof BackendError) return error.failure
  return { name: 'Error', message: error instanceof Error ? error.message : String(error) }
}
