/**
 * Writes `docs/explanation.schema.json`, the published form of an explanation, from `src/contract/schema.ts`.
 *
 *     npx tsx tools/make-schema.ts
 */
import { writeFileSync } from 'node:fs'
import { explanationJsonSchema } from '../src/contract/schema.ts'

writeFileSync(
  new URL('../docs/explanation.schema.json', import.meta.url),
  `${JSON.stringify(explanationJsonSchema(), null, 2)}\n`,
)
