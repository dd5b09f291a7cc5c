/** Copies a text; says that it did. */
import { useState } from 'preact/hooks'

export function CopyButton({
  text,
  children,
}: {
  readonly text: () => string
  readonly children: string
}) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  return (
    <button
      type="button"
      class="quiet"
      onClick={async () => {
        const copied = await copy(text())
        setState(copied ? 'done' : 'failed')
        setTimeout(() => setState('idle'), 2000)
      }}
    >
      <span aria-live="polite">
        {state === 'idle' ? children : state === 'done' ? 'Copied' : 'Select it and press Ctrl+C'}
      </span>
    </button>
  )
}

/** By the clipboard, or, where the page may not use it (no secure context), by a selection. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    const copied = document.execCommand('copy')
    area.remove()
    return copied
  }
}
