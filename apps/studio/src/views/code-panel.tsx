/** The command line and the TypeScript code that give the same explanation. */
import { useEffect, useState } from 'preact/hooks'
import { commandLine, type Setup, typescriptCode } from 'sodalime/workbench'
import { Choices } from '../parts/choices.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { backend, dataById, modelsById } from '../state/studio.ts'

const FORMS = [
  { value: 'command', name: 'Command line' },
  { value: 'code', name: 'TypeScript' },
] as const

export function CodePanel({ setup }: { readonly setup: Setup }) {
  const [shown, setShown] = useState<'command' | 'code'>('command')
  const [named, setNamed] = useState<{ readonly name?: string; readonly text?: string }>({})
  const model = modelsById.value.get(setup.model)
  const data = setup.data === undefined ? undefined : dataById.value.get(setup.data)
  const row = setup.row ?? 0
  useEffect(() => {
    if (data === undefined || (data.kind !== 'image' && data.kind !== 'text')) return undefined
    let wanted = true
    backend()
      .instances({ data: data.id, from: row, count: 1 })
      .then(([one]) => {
        if (wanted && one !== undefined) setNamed(one)
      })
      .catch(() => {})
    return () => {
      wanted = false
    }
  }, [data, row])
  if (model === undefined) return null
  const all = { setup, model, data, instanceName: named.name, text: named.text }
  const text = () => (shown === 'command' ? commandLine(all) : typescriptCode(all))
  return (
    <section class="code" aria-labelledby="code-heading">
      <h2 id="code-heading">The same, as code</h2>
      <div class="code-head">
        <Choices title="Form" choices={FORMS} value={shown} onChoose={setShown} />
        <CopyButton text={text}>Copy</CopyButton>
      </div>
      <pre>
        <code>{text()}</code>
      </pre>
    </section>
  )
}
