/**
 * Starts `worker.ts`: a thread of its own needs the loader of TypeScript again.
 */
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
