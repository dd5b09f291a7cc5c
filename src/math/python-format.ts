/**
 * Numbers as text, the way Python's `'%.2f' % x` writes them.
 *
 * Python rounds the exact binary value, and exact ties to the even digit; `toFixed` rounds exact ties away from 0, and from 1e21 on
 * writes an exponent. A tie needs a value i / 2^(digits + 1) with i odd; every other value is `toFixed`'s affair.
 */

/**
 * `'%.{digits}f' % value`.
 *
 * @param value any number; `nan`, `inf` and `-inf` as Python writes them, −0 as `-0.00`.
 * @param digits digits after the point, 0 to 99; a RangeError beyond.
 */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const size = Math.abs(value)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return sign + (size < 1e21 ? roundEven(size, digits) : wholeNumber(size, digits))
}

function roundEven(size: number, digits: number): string {
  const up = size.toFixed(digits)
  if (Math.abs((size * 2 ** (digits + 1)) % 2) !== 1) return up
  // One digit more is exact here, and is a 5: without it stands the lower neighbour.
  const exact = size.toFixed(digits + 1)
  const down = exact.slice(0, digits === 0 ? -2 : -1)
  return Number(down.at(-1)) % 2 === 0 ? down : up
}

/** From 1e21 on a double is a whole number, and written in full. */
function wholeNumber(size: number, digits: number): string {
  const whole = BigInt(size).toString()
  return digits === 0 ? whole : `${whole}.${'0'.repeat(digits)}`
}
