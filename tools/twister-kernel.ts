/**
 * Assembles the WebAssembly kernel of `src/math/mersenne-twister.ts` and prints it in base64:
 *
 *     npx tsx tools/twister-kernel.ts
 *
 * Memory: 624 words of key at byte 0, the next key at 2496, its tempered form at 4992; four words a step, since none of
 * the next key depends on one less than 227 words before it. Opcodes: WebAssembly 2.0, sections 5.4 and 5.5.
 */

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

const constant = (value: number) => [0x41, ...signed(value | 0)]
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const tee = (local: number) => [0x22, local]
const load = (offset: number) => [0xfd, 0x00, 2, ...unsigned(offset)]
const store = (offset: number) => [0xfd, 0x0b, 2, ...unsigned(offset)]
const splat = [0xfd, 0x11]
const and = [0xfd, 0x4e]
const xor = [0xfd, 0x51]
const bitselect = [0xfd, 0x52]
const left = (bits: number) => [...constant(bits), 0xfd, 0xab, 1]
const rightSigned = (bits: number) => [...constant(bits), 0xfd, 0xac, 1]
const right = (bits: number) => [...constant(bits), 0xfd, 0xad, 1]

// Locals: 0 the byte where the loop stands, 1 the words after it, 2 the new words, 3 to 6 constants.
const code = [
  [2, 1, 0x7f, 6, 0x7b],
  ...[0x80000000, 0x9908b0df, 0x9d2c5680, 0xefc60000].map((value, k) => [
    ...constant(value),
    ...splat,
    ...set(3 + k),
  ]),
  [0x03, 0x40],
  // key[i + 397] ⊕ (highest bit of key[i], others of key[i + 1]) ≫ 1 ⊕ (key[i + 1] odd ? 0x9908b0df : 0)
  get(0),
  get(0),
  load(0),
  get(0),
  load(4),
  tee(1),
  get(3),
  bitselect,
  right(1),
  get(0),
  load(1588),
  xor,
  get(1),
  left(31),
  rightSigned(31),
  get(4),
  and,
  xor,
  tee(2),
  store(2496),
  // tempered
  get(0),
  get(2),
  get(2),
  right(11),
  xor,
  tee(2),
  get(2),
  left(7),
  get(5),
  and,
  xor,
  tee(2),
  get(2),
  left(15),
  get(6),
  and,
  xor,
  tee(2),
  get(2),
  right(18),
  xor,
  store(4992),
  get(0),
  constant(16),
  [0x6a],
  tee(0),
  constant(2496),
  [0x49, 0x0d, 0],
  [0x0b, 0x0b],
].flat()

const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content]
const bytes = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 0, 0]),
  ...section(3, [1, 0]),
  ...section(5, [1, 0, 1]),
  ...section(7, [2, 1, 0x6d, 2, 0, 1, 0x72, 0, 0]),
  ...section(10, [1, ...unsigned(code.length), ...code]),
]
console.log(Buffer.from(bytes).toString('base64'))
