/** Files of one's own: dropped anywhere onto the page, or chosen. */
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Limits } from 'sodalime/workbench'
import { failureFrom } from '../backend/backend.ts'
import { chooseData, chooseModel } from '../state/current.ts'
import { backend, catalogue, loadCatalogue, notice } from '../state/studio.ts'

/** Files on their way. */
const arriving = signal<readonly string[]>([])
const hovering = signal(false)

const MODELS = /\.(onnx|h5|hdf5|keras)$/i
const PICTURES = /\.(png|jpe?g|webp|avif|gif|bmp|tiff?)$/i

/** Takes files one after the other, then chooses the last model and the last data among them. */
export async function takeFiles(files: readonly File[]): Promise<void> {
  const limits = catalogue.value?.limits
  const pictures = files.filter(({ name }) => PICTURES.test(name)).length
  const batch = pictures > 0 ? crypto.randomUUID() : undefined
  let model: string | undefined
  let data: string | undefined
  notice.value = undefined
  for (const file of files) {
    arriving.value = [...arriving.value, file.name]
    try {
      checkSize(file, limits)
      const dropped = await backend().drop(file, PICTURES.test(file.name) ? batch : undefined)
      model = dropped.model ?? model
      data = dropped.data ?? data
    } catch (error) {
      notice.value = failureFrom(error)
    } finally {
      arriving.value = arriving.value.filter((name) => name !== file.name)
    }
  }
  await loadCatalogue()
  if (model !== undefined) chooseModel(model)
  if (data !== undefined) chooseData(data)
}

/** Refuses what is too large before a byte of it is sent. */
function checkSize({ name, size }: File, limits: Limits | undefined): void {
  if (limits === undefined) return
  const { modelBytes, imageBytes, dataBytes } = limits
  const most = MODELS.test(name) ? modelBytes : PICTURES.test(name) ? imageBytes : dataBytes
  if (size <= most) return
  throw new Error(
    `${name} has ${Math.ceil(size / 1e6)} MB; the studio takes at most ${most / 1e6} MB, since it holds such files in memory. Take a sample of its rows, or explain it on the command line.`,
  )
}

/** The button that chooses files, and what is on its way. */
export function FileButton({ children }: { readonly children: string }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" onClick={() => input.current!.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files of models and data"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])]
          event.currentTarget.value = ''
          takeFiles(files)
        }}
      />
      {arriving.value.length > 0 && (
        <p class="small" role="status">
          Reading <bdi>{arriving.value[0]}</bdi> …
        </p>
      )}
    </>
  )
}

/** Makes the whole page a place to drop files. */
export function DropZone() {
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      hovering.value = true
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) hovering.value = false
    }
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      hovering.value = false
      takeFiles([...(event.dataTransfer?.files ?? [])])
    }
    addEventListener('dragover', over)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [])
  return hovering.value ? <div class="drop-here">Drop models and data here</div> : null
}
