/** Begins the page: the drawings' style sheet, the backend that the page was made for, the address. */
import { render } from 'preact'
import { drawingStyles } from 'sodalime/render'
import { App } from './app.tsx'
import { type Backend, failureFrom } from './backend/backend.ts'
import { followAddress } from './state/current.ts'
import { openHistory } from './state/history.ts'
import { begin, notice } from './state/studio.ts'
import './studio.css'

async function chosenBackend(): Promise<Backend> {
  const kind = document.querySelector<HTMLMetaElement>('meta[name=sodalime-studio]')?.content
  if (kind === 'local') return (await import('./backend/local.ts')).localBackend()
  return (await import('./backend/server.ts')).serverBackend
}

// A constructed sheet: the page's policy forbids style elements.
const sheet = new CSSStyleSheet()
sheet.replaceSync(drawingStyles)
document.adoptedStyleSheets = [sheet]

render(<App />, document.getElementById('app')!)
try {
  await begin(await chosenBackend())
  openHistory()
  followAddress()
} catch (error) {
  notice.value = failureFrom(error)
}
