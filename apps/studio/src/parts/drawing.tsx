/**
 * A drawing of `sodalime/render` in the page. It is HTML text in which every name is escaped and nothing runs.
 *
 * 1. What stands for one feature lights up together, under the pointer and under the keyboard's focus.
 * 2. With `onToggle` features are switches: a click, Enter or Space; `off` is written into the drawing in place, so that
 *    nothing is drawn anew.
 * 3. When it is drawn anew, the focus, and the views that were chosen in it, stay.
 */
import { useLayoutEffect, useRef } from 'preact/hooks'

/** What is drawn. */
export interface DrawingProps {
  readonly html: string
  readonly class?: string
  /** Features that are off. */
  readonly off?: ReadonlySet<number>
  readonly onToggle?: (feature: number) => void
}

/** The drawing. */
export function Drawing({ html, class: name, off, onToggle }: DrawingProps) {
  const box = useRef<HTMLDivElement>(null)
  const switches = onToggle !== undefined
  useLayoutEffect(() => {
    const element = box.current!
    const kept = keep(element)
    element.innerHTML = html
    if (switches) switchRows(element)
    restore(element, kept)
  }, [html, switches])
  useLayoutEffect(() => {
    if (off === undefined) return
    for (const one of box.current!.querySelectorAll('tr[data-feature]')) {
      one.classList.toggle('off', off.has(Number((one as HTMLElement).dataset.feature)))
    }
    for (const one of box.current!.querySelectorAll('[data-feature][aria-pressed]')) {
      const isOff = off.has(Number((one as HTMLElement | SVGElement).dataset.feature))
      one.setAttribute('aria-pressed', String(!isOff))
      one.classList.toggle('off', isOff && one.localName !== 'button')
    }
  }, [html, off, switches])
  const toggle = (event: Event): boolean => {
    const feature = switchUnder(event.target)
    if (feature === undefined || onToggle === undefined) return false
    onToggle(feature)
    return true
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens for the switches inside of it, which are buttons
    <div
      ref={box}
      class={name}
      onClick={toggle}
      onKeyDown={(event) => {
        if ((event.key === 'Enter' || event.key === ' ') && toggle(event)) event.preventDefault()
      }}
      onPointerOver={(event) => light(box.current!, event.target)}
      onPointerLeave={() => light(box.current!, null)}
      onFocusIn={(event) => light(box.current!, event.target)}
      onFocusOut={() => light(box.current!, null)}
    />
  )
}

/** Names of features in a table become buttons: a row itself can be none. */
function switchRows(element: Element): void {
  for (const row of element.querySelectorAll<HTMLElement>('tr[data-feature]')) {
    const cell = row.querySelector('th')
    const name = cell?.querySelector('bdi')
    if (!cell || !name) continue
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'feature'
    button.dataset.feature = row.dataset.feature
    button.setAttribute('aria-pressed', 'true')
    button.tabIndex = 0
    name.replaceWith(button)
    button.append(name)
  }
}

function featureUnder(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest('[data-feature]') : null
}

function switchUnder(target: EventTarget | null): number | undefined {
  const found = featureUnder(target)
  if (found?.hasAttribute('aria-pressed') !== true) return undefined
  return Number((found as HTMLElement | SVGElement).dataset.feature)
}

/** Lights up all that stands for the same feature, in this drawing and in those beside it. */
function light(box: Element, target: EventTarget | null): void {
  const scope = box.closest('[data-linked-all]') ?? box
  for (const one of scope.querySelectorAll('.hot')) one.classList.remove('hot')
  const found = featureUnder(target)
  if (found === null) return
  const { feature } = (found as HTMLElement | SVGElement).dataset
  for (const one of scope.querySelectorAll(`[data-feature="${Number(feature)}"]`)) {
    one.classList.add('hot')
  }
}

interface Kept {
  readonly focus: string | undefined
  readonly checked: readonly string[]
  readonly open: readonly boolean[]
}

function keep(element: Element): Kept {
  const active = element.contains(document.activeElement) ? document.activeElement : null
  const feature = (active as HTMLElement | null)?.dataset?.feature
  return {
    focus:
      feature !== undefined
        ? `[data-feature="${Number(feature)}"][tabindex]`
        : active?.id
          ? `[id="${CSS.escape(active.id)}"]`
          : undefined,
    checked: [...element.querySelectorAll<HTMLInputElement>('input:checked')].map(({ id }) => id),
    open: [...element.querySelectorAll('details')].map((one) => one.open),
  }
}

function restore(element: Element, { focus, checked, open }: Kept): void {
  for (const id of checked) {
    const input = element.querySelector<HTMLInputElement>(`input[id="${CSS.escape(id)}"]`)
    if (input !== null) input.checked = true
  }
  element.querySelectorAll('details').forEach((one, i) => {
    if (open[i] !== undefined) one.open = open[i]
  })
  if (focus !== undefined) element.querySelector<HTMLElement>(focus)?.focus({ preventScroll: true })
}
