/**
 * The one script of reports, as text: it stands in the page, named in the Content-Security-Policy by its hash. Reports
 * can be read without it; what needs it is hidden until it runs.
 *
 * 1. What stands for one feature lights up together, under the pointer and under the keyboard's focus.
 * 2. A slider fades the weights over a picture.
 * 3. Series are zoomed and moved: buttons, + − ← → 0, Ctrl with the wheel, dragging.
 * 4. A gallery is searched, filtered and sorted: one pass over its cards, one new order.
 * 5. What is folded away is printed too.
 */

/** SHA-256 of `reportScript` in base64, for `script-src`; a test compares them. */
export const reportScriptHash = 'sha256-dnlcYZtj+WOlZShdRFHLf97lFcGNMZNMdyRTJNlDjok='

/** The script. */
export const reportScript = `
'use strict'
const all = (root, selector) => Array.from(root.querySelectorAll(selector))

const light = (event, on) => {
  const element = event.target instanceof Element ? event.target.closest('[data-feature]') : null
  const scope = element && element.closest('[data-linked]')
  if (!scope) return
  for (const one of all(scope, '.hot')) one.classList.remove('hot')
  if (!on) return
  const { feature } = element.dataset
  for (const one of all(scope, '[data-feature]')) {
    if (one.dataset.feature === feature) one.classList.add('hot')
  }
}
for (const [name, on] of [['pointerover', true], ['pointerout', false], ['focusin', true], ['focusout', false]]) {
  document.addEventListener(name, (event) => light(event, on))
}
for (const scope of all(document, '[data-linked]')) {
  if (!scope.querySelector('.picture, .plot')) continue
  for (const row of all(scope, 'tr[data-feature]')) row.tabIndex = 0
}

for (const box of all(document, '.strength')) {
  const picture = box.closest('figure').querySelector('.picture')
  box.hidden = false
  box.querySelector('input').addEventListener('input', (event) => {
    picture.style.setProperty('--strength', String(event.target.value / 100))
  })
}

for (const figure of all(document, '.series')) {
  const steps = Number(figure.dataset.steps)
  const rate = Number(figure.dataset.rate)
  const bar = figure.querySelector('.zoom')
  if (!bar) continue
  const drawings = all(figure, '.plot, .strip').map((svg) => [svg, svg.viewBox.baseVal.width, svg.viewBox.baseVal.height])
  const time = figure.querySelector('.time')
  const first = time.innerHTML
  const least = Math.min(1, 8 / steps)
  let from = 0
  let to = 1
  const unit = rate ? (steps / rate < 2 ? 'ms' : 's') : 'step'
  const scale = rate ? (unit === 'ms' ? 1000 : 1) / rate : 1
  const label = (step, apart) => (step * scale).toFixed(Math.max(0, -Math.floor(Math.log10(apart) + 1e-9)))
  const ticks = () => {
    if (from === 0 && to === 1) {
      time.innerHTML = first
      return
    }
    const begin = from * steps * scale
    const span = (to - from) * steps * scale
    const power = 10 ** Math.floor(Math.log10(span / 7))
    const apart = Math.max(rate ? 0 : 1, [1, 2, 5, 10].find((factor) => factor * power >= span / 7) * power)
    time.replaceChildren()
    for (let at = Math.ceil(begin / apart) * apart; at <= begin + span; at += apart) {
      const place = (100 * (at - begin)) / span + '%'
      const line = document.createElementNS(time.namespaceURI, 'line')
      const text = document.createElementNS(time.namespaceURI, 'text')
      for (const [name, value] of [['class', 'tick'], ['x1', place], ['x2', place], ['y1', 0], ['y2', 5]]) line.setAttribute(name, value)
      for (const [name, value] of [['x', place], ['y', 17], ['text-anchor', at - begin < 0.05 * span ? 'start' : begin + span - at < 0.05 * span ? 'end' : 'middle']]) text.setAttribute(name, value)
      text.textContent = label(at / scale, apart)
      time.append(line, text)
    }
  }
  const button = (name) => bar.querySelector('[data-zoom=' + name + ']')
  const show = (low, high) => {
    const width = Math.min(1, Math.max(least, high - low))
    from = Math.min(1 - width, Math.max(0, low))
    to = from + width
    for (const [svg, wide, tall] of drawings) svg.setAttribute('viewBox', [from * wide, 0, width * wide, tall].join(' '))
    ticks()
    const whole = width === 1
    button('in').disabled = width <= least
    button('out').disabled = button('all').disabled = whole
    button('left').disabled = from === 0
    button('right').disabled = to >= 1
    const apart = ((to - from) * steps * scale) / 100
    bar.querySelector('.range').textContent = whole ? '' : label(from * steps, apart) + ' to ' + label(to * steps, apart) + ' ' + (rate ? unit : 'steps')
  }
  const zoom = (factor, middle) => show(middle - (middle - from) * factor, middle + (to - middle) * factor)
  const acts = {
    in: () => zoom(0.5, (from + to) / 2),
    out: () => zoom(2, (from + to) / 2),
    left: () => show(from - (to - from) / 4, to - (to - from) / 4),
    right: () => show(from + (to - from) / 4, to + (to - from) / 4),
    all: () => show(0, 1),
  }
  const keys = { '+': 'in', '=': 'in', '-': 'out', ArrowLeft: 'left', ArrowRight: 'right', 0: 'all' }
  bar.hidden = false
  bar.addEventListener('click', (event) => {
    const act = event.target.closest('button')
    if (act) acts[act.dataset.zoom]()
  })
  figure.addEventListener('keydown', (event) => {
    const act = keys[event.key]
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return
    acts[act]()
    event.preventDefault()
  })
  for (const view of all(figure, '.viewport')) {
    view.tabIndex = 0
    view.setAttribute('role', 'group')
    view.setAttribute('aria-label', 'Signal; plus and minus zoom, arrow keys move, 0 shows all')
    const at = (event) => {
      const box = view.getBoundingClientRect()
      return from + ((event.clientX - box.left) / box.width) * (to - from)
    }
    view.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      zoom(event.deltaY > 0 ? 1.25 : 0.8, at(event))
    }, { passive: false })
    view.addEventListener('dblclick', (event) => zoom(0.5, at(event)))
    let held = null
    view.addEventListener('pointerdown', (event) => {
      if (to - from === 1 || event.button !== 0) return
      held = at(event)
      view.setPointerCapture(event.pointerId)
    })
    view.addEventListener('pointermove', (event) => {
      if (held === null) return
      const moved = held - at(event)
      show(from + moved, to + moved)
    })
    for (const name of ['pointerup', 'pointercancel']) view.addEventListener(name, () => { held = null })
  }
}

for (const gallery of all(document, '[data-gallery]')) {
  const finder = gallery.querySelector('.finder')
  const list = gallery.querySelector('.cards')
  const cards = all(list, '.card').map((element, place) => ({ element, place, ...element.dataset }))
  const status = gallery.querySelector('.found')
  const collator = new Intl.Collator('en', { numeric: true })
  const orders = {
    given: (a, b) => a.place - b.place,
    name: (a, b) => collator.compare(a.name, b.name),
    label: (a, b) => collator.compare(a.label, b.label),
    surest: (a, b) => b.confidence - a.confidence,
    unsure: (a, b) => a.confidence - b.confidence,
    best: (a, b) => b.fit - a.fit,
    worst: (a, b) => a.fit - b.fit,
  }
  let sorted = 'given'
  let waiting = false
  const update = () => {
    waiting = false
    const wanted = new FormData(finder)
    const words = String(wanted.get('search')).toLowerCase().split(' ').filter(Boolean)
    const label = wanted.get('label')
    const only = wanted.get('only')
    let found = 0
    for (const card of cards) {
      const shown =
        words.every((word) => card.search.includes(word)) &&
        (!label || card.label === label) &&
        (only === 'wrong' ? card.wrong === 'yes' : only === 'warned' ? card.warnings !== '0' : only === 'poor' ? card.fit < 0.5 : true)
      if (card.element.hidden === shown) card.element.hidden = !shown
      if (shown) found++
    }
    const order = wanted.get('order')
    if (order !== sorted) {
      sorted = order
      list.append(...cards.sort((a, b) => orders[order](a, b) || a.place - b.place).map(({ element }) => element))
    }
    status.textContent = found === cards.length ? cards.length + ' instances' : found + ' of ' + cards.length + ' instances'
  }
  const later = () => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(update)
  }
  finder.hidden = false
  finder.addEventListener('input', later)
  finder.addEventListener('reset', () => setTimeout(later))
  finder.addEventListener('submit', (event) => event.preventDefault())
  update()
}

let folded = []
addEventListener('beforeprint', () => {
  folded = all(document, 'details:not([open])')
  for (const one of folded) one.open = true
})
addEventListener('afterprint', () => {
  for (const one of folded) one.open = false
})
`
