/** An explanation as a file: a report, JSON, the drawing as SVG or PNG. All are made in the page. */
import type { ExplanationData } from 'sodalime'
import {
  type ReportEntry,
  renderHtml,
  renderImageSvg,
  renderSeriesSvg,
  renderSideBySide,
  renderSvg,
  toJsonText,
} from 'sodalime/render'

/** The kinds of file. */
export const EXPORTS = ['report', 'json', 'svg', 'png'] as const
export type ExportKind = (typeof EXPORTS)[number]

/** Saves the file by way of the browser. */
export async function saveAs(
  kind: ExportKind,
  explanation: ExplanationData,
  label: number | undefined,
): Promise<void> {
  const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  const svg = () => drawing(explanation, label, theme)
  switch (kind) {
    case 'report':
      return save(renderHtml(explanation), 'text/html', explanation, 'html')
    case 'json':
      return save(toJsonText(explanation), 'application/json', explanation, 'json')
    case 'svg':
      return save(svg(), 'image/svg+xml', explanation, 'svg')
    case 'png':
      return save(await rasterised(svg(), 2), 'image/png', explanation, 'png')
  }
}

/** Saves a report of explanations side by side. */
export function saveSideBySide(entries: readonly ReportEntry[]): void {
  save(renderSideBySide(entries), 'text/html', entries[0]!.explanation, 'compared.html')
}

function drawing(
  explanation: ExplanationData,
  label: number | undefined,
  theme: 'light' | 'dark',
): string {
  if (explanation.domain === 'image') return renderImageSvg(explanation, { label })
  if (explanation.domain === 'series') return renderSeriesSvg(explanation, { label, theme })
  return renderSvg(explanation, { label, theme })
}

/** An SVG picture as PNG, `scale` pixels for each of its units. */
async function rasterised(svg: string, scale: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * scale
    canvas.height = image.naturalHeight * scale
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob === null ? reject(new Error('no PNG')) : resolve(blob)))
    })
  } finally {
    URL.revokeObjectURL(url)
  }
}

function save(content: string | Blob, type: string, { labels }: ExplanationData, ending: string) {
  const name = labels[0]?.name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60) ?? 'explanation'
  const url = URL.createObjectURL(
    typeof content === 'string' ? new Blob([content], { type }) : content,
  )
  const link = document.createElement('a')
  link.href = url
  link.download = `why-${name}.${ending}`
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
