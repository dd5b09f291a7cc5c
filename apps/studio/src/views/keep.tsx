/** Keeping an explanation: as a report, JSON, SVG, PNG, or as an address. */
import { useState } from 'preact/hooks'
import type { ExplanationData } from 'sodalime'
import type { Failure, Setup } from 'sodalime/workbench'
import { failureFrom } from '../backend/backend.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import type { ExportKind } from '../parts/exports.ts'
import { FailureBox } from '../parts/failure.tsx'
import { permalink } from '../state/permalink.ts'

const NAMES: readonly (readonly [ExportKind, string])[] = [
  ['report', 'Report'],
  ['json', 'JSON'],
  ['svg', 'SVG'],
  ['png', 'PNG'],
]

export function Keep({
  setup,
  explanation,
  label,
}: {
  readonly setup: Setup
  readonly explanation: ExplanationData
  readonly label: number | undefined
}) {
  const [failure, setFailure] = useState<Failure | undefined>(undefined)
  return (
    <section class="keep" aria-labelledby="keep-heading">
      <h2 id="keep-heading">Keep it</h2>
      <div class="row">
        {NAMES.map(([kind, name]) => (
          <button
            key={kind}
            type="button"
            onClick={async () => {
              setFailure(undefined)
              try {
                const { saveAs } = await import('../parts/exports.ts')
                await saveAs(kind, explanation, label)
              } catch (error) {
                setFailure(failureFrom(error))
              }
            }}
          >
            {name}
          </button>
        ))}
        <CopyButton text={() => permalink(setup)}>Copy the address</CopyButton>
      </div>
      {failure !== undefined && <FailureBox failure={failure} />}
    </section>
  )
}
