/**
 * Realistic background (RBP; Sivill and Flach 2022, "LIMESegment", section 4.2): what remains of a channel when one
 * frequency band is kept.
 *
 * 1. Short-time Fourier transform, Hann windows of N = 40 steps (fewer for shorter series), each half over the one before;
 *    zeros before and after, as SciPy's `stft` has it.
 * 2. Of each band k the mean of |X_k| over its deviation over time; the band where it is largest is steady: background.
 * 3. Back to time with that band alone, overlapping windows added and divided by the sum of their squares.
 *
 * Only one band is ever needed at a time: O(N T).
 */

const LONGEST_WINDOW = 40

/** The background (T) of a channel (T); the values themselves where there are fewer than two. */
export function backgroundBand(x: Float64Array): Float64Array {
  const length = x.length
  const N = Math.min(LONGEST_WINDOW, length - (length % 2))
  if (N < 2) return x.slice()
  const hop = N / 2
  const frames = Math.ceil(length / hop) + 1
  const padded = new Float64Array((frames - 1) * hop + N)
  padded.set(x, hop)
  const hann = Float64Array.from(
    { length: N },
    (_, t) => 0.5 - 0.5 * Math.cos((2 * Math.PI * t) / N),
  )
  const cosines = Float64Array.from({ length: N }, (_, t) => Math.cos((2 * Math.PI * t) / N))
  const sines = Float64Array.from({ length: N }, (_, t) => Math.sin((2 * Math.PI * t) / N))

  const re = new Float64Array(frames)
  const im = new Float64Array(frames)
  const transform = (k: number): void => {
    for (let f = 0; f < frames; f++) {
      let a = 0
      let b = 0
      for (let t = 0; t < N; t++) {
        const value = padded[f * hop + t]! * hann[t]!
        const phase = (k * t) % N
        a += value * cosines[phase]!
        b -= value * sines[phase]!
      }
      re[f] = a
      im[f] = b
    }
  }

  let best = 0
  let steadiest = -1
  for (let k = 0; k <= hop; k++) {
    transform(k)
    const ratio = steadiness(re, im)
    if (ratio > steadiest) {
      steadiest = ratio
      best = k
    }
  }

  transform(best)
  const sum = new Float64Array(padded.length)
  const squares = new Float64Array(padded.length)
  // A band and its mirror image are one real wave; the lowest and the highest have no mirror image.
  const share = (best === 0 || best === hop ? 1 : 2) / N
  for (let f = 0; f < frames; f++) {
    for (let t = 0; t < N; t++) {
      const phase = (best * t) % N
      const value = share * (re[f]! * cosines[phase]! - im[f]! * sines[phase]!)
      sum[f * hop + t]! += value * hann[t]!
      squares[f * hop + t]! += hann[t]! ** 2
    }
  }
  const background = new Float64Array(length)
  for (let t = 0; t < length; t++) background[t] = sum[t + hop]! / squares[t + hop]!
  return background
}

/** Mean over deviation of |X_k|; 0 for a band that is silent. */
function steadiness(re: Float64Array, im: Float64Array): number {
  const n = re.length
  let sum = 0
  for (let f = 0; f < n; f++) sum += Math.hypot(re[f]!, im[f]!)
  const mean = sum / n
  let squares = 0
  for (let f = 0; f < n; f++) squares += (Math.hypot(re[f]!, im[f]!) - mean) ** 2
  return mean === 0 ? 0 : mean / Math.sqrt(squares / n)
}
