/**
 * Assembles the WebAssembly kernels of `src`: each instruction is a function from the code of its operands to code,
 * so that an expression reads as a formula. Opcodes: WebAssembly 2.0, sections 5.4 and 5.5.
 */

/** Bytes of code that leave their result on the stack. */
export type Code = readonly number[]

export const I32 = 0x7f
export const V128 = 0x7b
const TYPES = { i32: I32, i64: 0x7e, f64: 0x7c, v128: V128 }

export function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

function wide(value: bigint): number[] {
  return value >= -64n && value < 64n
    ? [Number(value & 127n)]
    : [Number(value & 127n) | 128, ...wide(value >> 7n)]
}

function instruction(...bytes: number[]) {
  return (...operands: Code[]): Code => [...operands.flat(), ...bytes]
}

function vector(opcode: number, ...immediates: number[]) {
  return instruction(0xfd, ...unsigned(opcode), ...immediates)
}

export const get = (local: number): Code => [0x20, local]
export const set = (local: number, value: Code): Code => [...value, 0x21, local]
export const tee = (local: number, value: Code): Code => [...value, 0x22, local]
/** Runs `body` until `again` is 0, at least once. */
export const repeat = (body: Code[], again: Code): Code => [
  ...[0x03, 0x40],
  ...body.flat(),
  ...again,
  ...[0x0d, 0, 0x0b],
]

export const int = (value: number): Code => [0x41, ...signed(value | 0)]
export const add = instruction(0x6a)
export const sub = instruction(0x6b)
export const mul = instruction(0x6c)
export const and = instruction(0x71)
export const or = instruction(0x72)
export const shiftLeft = instruction(0x74)
export const shiftRight = instruction(0x76)
export const below = instruction(0x49)
export const real = (value: number): Code => [
  0x44,
  ...new Uint8Array(Float64Array.of(value).buffer),
]
export const realBelow = instruction(0x63)
export const realAdd = instruction(0xa0)
export const storeReal = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...[0x39, 3],
  ...unsigned(offset),
]

export const load = (address: Code, offset = 0): Code => [
  ...address,
  ...[0xfd, 0x00, 2],
  ...unsigned(offset),
]
export const store = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...[0xfd, 0x0b, 2],
  ...unsigned(offset),
]
/** The double at an address in both lanes. */
export const loadSplat = (address: Code, offset = 0): Code => [
  ...address,
  ...[0xfd, 0x0a, 3],
  ...unsigned(offset),
]

/** Scalars at an address. */
const access =
  (...opcode: number[]) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 2, ...unsigned(offset)]
export const loadInt = access(0x28)
export const loadWide = access(0x29)
export const loadReal = access(0x2b)
export const storeInt = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...[0x36, 2],
  ...unsigned(offset),
]
/** The double at an address in the second lane of a vector. */
export const loadSecond = (address: Code, vectorBefore: Code, offset = 0): Code => [
  ...address,
  ...vectorBefore,
  ...[0xfd, 0x57, 2],
  ...[...unsigned(offset), 1],
]
/** Two words at an address; the others are 0. */
export const loadHalf = access(0xfd, 0x5d)
/** The lower two words of a vector. */
export const storeHalf = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...[0xfd, 0x5b, 2],
  ...[...unsigned(offset), 0],
]

/** Runs `body` where `condition` is not 0. */
export const when = (condition: Code, body: readonly Code[]): Code => [
  ...condition,
  ...[0x04, 0x40],
  ...body.flat(),
  0x0b,
]
/** The first where the condition is not 0, else the second. */
export const choose = instruction(0x1b)
export const realMax = instruction(0xa5)

/** Words of 64 bits. */
export const i64 = {
  of: (value: number): Code => [0x42, ...wide(BigInt(value))],
  extend: instruction(0xad),
  low: instruction(0xa7),
  isZero: instruction(0x50),
  notEqual: instruction(0x52),
  or: instruction(0x84),
  xor: instruction(0x85),
  shl: instruction(0x86),
  shrU: instruction(0x88),
}

/** Words (i32x4), wide words (i64x2) and doubles (f64x2) by lanes. */
export const i32x4 = {
  splat: vector(0x11),
  shl: vector(0xab),
  shr: vector(0xac),
  shrU: vector(0xad),
  add: vector(0xae),
}
export const i64x2 = {
  splat: (value: bigint): Code => [0x42, ...wide(value), 0xfd, 0x12],
  shl: vector(0xcb),
  shrU: vector(0xcd),
  add: vector(0xce),
  sub: vector(0xd1),
  lessThan: vector(0xd8),
  greaterThan: vector(0xd9),
}
export const f64x2 = {
  splat: (value: number): Code => [...real(value), 0xfd, 0x14],
  splatOf: vector(0x14),
  of: (first: number, second: number): Code => [
    ...[0xfd, 0x0c],
    ...new Uint8Array(Float64Array.of(first, second).buffer),
  ],
  less: vector(0x49),
  lessOrEqual: vector(0x4b),
  greaterOrEqual: vector(0x4c),
  /** The second where it is greater, else the first, also where one of them is NaN. */
  greaterOf: vector(0xf7),
  lane: (lane: number) => vector(0x21, lane),
  sqrt: vector(0xef),
  add: vector(0xf0),
  sub: vector(0xf1),
  mul: vector(0xf2),
  div: vector(0xf3),
  /** From the two lower words. */
  convert: vector(0xfe),
  convertU: vector(0xff),
}
export const bits = {
  and: vector(0x4e),
  or: vector(0x50),
  xor: vector(0x51),
  /** Bits of the first where the third has ones, of the second elsewhere. */
  select: vector(0x52),
  any: vector(0x53),
  /** Words of the first (0 to 3) and the second (4 to 7) in the order given. */
  shuffle: (words: readonly number[]) =>
    vector(0x0d, ...words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte))),
}

/** A function of the module. */
export interface KernelFunction {
  readonly name: string
  /** How many integers it takes, or the types of what it takes; they are the first locals. */
  readonly params: number | readonly number[]
  readonly returns?: boolean
  /** Types of its further locals. */
  readonly locals: readonly number[]
  readonly code: readonly Code[]
}

/** Types of locals by name. */
export type Types = { readonly [name: string]: keyof typeof TYPES }

/** A function whose parameters and locals have names; the body gets the local of each. */
export function named<P extends Types, L extends Types>(
  name: string,
  params: P,
  locals: L,
  body: (at: { readonly [local in keyof P | keyof L]: number }) => readonly Code[],
): KernelFunction {
  const names = Object.keys({ ...params, ...locals })
  const at = Object.fromEntries(names.map((local, k) => [local, k]))
  const types = (all: Types) => Object.values(all).map((type) => TYPES[type])
  return {
    name,
    params: types(params),
    locals: types(locals),
    code: body(at as { readonly [local in keyof P | keyof L]: number }),
  }
}

/**
 * A module with one memory, exported as `m`, and its functions; in hexadecimal. The memory has `pages`, or, without them, is the
 * one that is handed in as `e.m`.
 */
export function assemble(functions: readonly KernelFunction[], pages?: number): string {
  const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content]
  const name = (text: string) => [text.length, ...Buffer.from(text)]
  const count = functions.length
  const types = functions.map(({ params, returns }) => [
    0x60,
    ...(typeof params === 'number'
      ? [params, ...new Array<number>(params).fill(I32)]
      : [params.length, ...params]),
    ...(returns ? [1, I32] : [0]),
  ])
  const bodies = functions.map(({ locals, code }) => {
    const body = [locals.length, ...locals.flatMap((type) => [1, type]), ...code.flat(), 0x0b]
    return [...unsigned(body.length), ...body]
  })
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [count, ...types.flat()]),
    ...(pages === undefined ? section(2, [1, ...name('e'), ...name('m'), 2, 0, 1]) : []),
    ...section(3, [count, ...functions.map((_, k) => k)]),
    ...(pages === undefined ? [] : section(5, [1, 0, ...unsigned(pages)])),
    ...section(7, [
      ...[count + 1, ...name('m'), 2, 0],
      ...functions.flatMap((one, k) => [...name(one.name), 0, k]),
    ]),
    ...section(10, [count, ...bodies.flat()]),
  ]
  return Buffer.from(bytes).toString('hex')
}
