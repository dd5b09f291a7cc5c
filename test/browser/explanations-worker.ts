/** Explains in a worker and posts what came out. */
import { explainAll } from './explanations.ts'

explainAll().then(
  (explained) => postMessage({ explained }),
  (error: unknown) => postMessage({ error: String(error) }),
)
