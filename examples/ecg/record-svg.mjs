/**
 * Some seconds of a record as a picture: its first lead, and over each beat the letter its class begins with. It is the
 * stretch in which the rarest class is found most often.
 */
export function recordSvg({ name, signals, samplingRate, channelNames }, beats, seconds) {
  const [from, to] = richestStretch(beats, samplingRate * seconds, signals.rows)
  const width = 960
  const height = 240
  const values = Array.from(
    { length: to - from },
    (_, i) => signals.data[(from + i) * signals.cols],
  )
  const low = Math.min(...values)
  const high = Math.max(...values)
  const x = (sample) => (24 + ((sample - from) / (to - from)) * (width - 48)).toFixed(1)
  const y = (value) => (60 + (1 - (value - low) / (high - low)) * (height - 100)).toFixed(1)
  const line = values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(from + i)} ${y(value)}`).join('')
  const colours = ['#1f5f9e', '#b35309', '#5f6470']
  const marks = Array.from(beats.peaks, (peak, i) => ({ peak, label: beats.labels[i] }))
    .filter(({ peak }) => peak >= from && peak < to)
    .map(({ peak, label }) => {
      const colour = colours[beats.classNames.indexOf(label)] ?? colours[2]
      return `<text x="${x(peak)}" y="52" text-anchor="middle" fill="${colour}">${label[0]}</text>`
    })
  const times = Array.from({ length: Math.floor((to - from) / samplingRate) + 1 }, (_, s) => {
    const sample = from + s * samplingRate
    return `<text x="${x(sample)}" y="${height - 12}" text-anchor="middle" fill="#5b5e66">${Math.round(sample / samplingRate)} s</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12">
<title>Record ${name}</title>
<rect width="${width}" height="${height}" fill="#fdfcfa"/>
<text x="24" y="28" font-size="17" font-weight="600" fill="#1d1e21">Record ${name}, ${channelNames[0]}: ${beats.classNames.map((one) => `${one[0]} = ${one}`).join(', ')}</text>
<path d="${line}" fill="none" stroke="#1d1e21" stroke-width="1.3"/>
${[...marks, ...times].join('\n')}
</svg>
`
}

function richestStretch({ peaks, labels, classNames }, length, end) {
  let best = 0
  let most = -1
  for (let from = 0; from + length <= end; from += length / 4) {
    const inside = labels.filter((_, i) => peaks[i] >= from && peaks[i] < from + length)
    const rarest = Math.min(
      ...classNames.map((name) => inside.filter((one) => one === name).length),
    )
    if (rarest > most) {
      most = rarest
      best = from
    }
  }
  return [Math.round(best), Math.round(best + length)]
}
