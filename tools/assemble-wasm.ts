/**
 * An assembler for the small WebAssembly kernels of `src/`: expressions in, a module in base64 out.
 *
 * An instruction is a list of bytes that leaves its operands' bytes before its own, so that calls nest as formulas do.
 * Opcodes: WebAssembly 2.0, sections 5.4 and 5.5.
 */

/** Bytes of instructions. */
export type Code = readonly number[]
export type ValueType = 'i32' | 'i64' | 'f64' | 'v128'
type Names = { readonly [name: string]: ValueType }

const TYPES = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b }

export function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

/** An instruction: its operands, then its opcode. */
export const op =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [...operands.flat(), ...opcode]
/** An instruction on vectors. */
export const vector = (opcode: number) => op(0xfd, ...unsigned(opcode))
/** Reads or writes memory at address + offset; alignment to words is a hint only. */
export const access =
  (...opcode: number[]) =>
  (offset: number, ...operands: Code[]): Code => [
    ...operands.flat(),
    ...opcode,
    2,
    ...unsigned(offset),
  ]

export const load128 = access(0xfd, 0x00)
export const store128 = access(0xfd, 0x0b)
export const and = vector(0x4e)
export const xor = vector(0x51)
export const bitselect = vector(0x52)

export const constant = (value: number): Code => [0x41, ...signed(value | 0)]
export const constantDouble = (value: number): Code => [
  0x44,
  ...new Uint8Array(Float64Array.of(value).buffer),
]
export const add = op(0x6a)
/** Runs `body` once, and again for as long as `condition` holds after it. */
export const loop = (body: readonly Code[], condition: Code): Code => [
  0x03,
  0x40,
  ...body.flat(),
  ...condition,
  ...[0x0d, 0, 0x0b],
]
export const when = (condition: Code, body: readonly Code[]): Code => [
  ...condition,
  0x04,
  0x40,
  ...body.flat(),
  0x0b,
]

/** Reads and writes the parameters and locals of one function. */
export interface Locals<Name> {
  readonly get: (name: Name) => Code
  readonly set: (name: Name, value: Code) => Code
  /** Writes and leaves the value. */
  readonly tee: (name: Name, value: Code) => Code
}

interface AssembledFunction {
  readonly params: readonly number[]
  readonly code: Code
}

/** A function without a result. */
export function define<P extends Names, L extends Names>(
  params: P,
  locals: L,
  body: (at: Locals<keyof P | keyof L>) => readonly Code[],
): AssembledFunction {
  const names = [...Object.keys(params), ...Object.keys(locals)]
  const index = (name: keyof P | keyof L) => unsigned(names.indexOf(String(name)))
  const code = body({
    get: (name) => [0x20, ...index(name)],
    set: (name, value) => [...value, 0x21, ...index(name)],
    tee: (name, value) => [...value, 0x22, ...index(name)],
  })
  const runs: [number, number][] = []
  for (const type of Object.values(locals).map((one) => TYPES[one])) {
    if (runs.at(-1)?.[1] === type) runs.at(-1)![0]++
    else runs.push([1, type])
  }
  return {
    params: Object.values(params).map((type) => TYPES[type]),
    code: [...unsigned(runs.length), ...runs.flat(), ...code.flat(), 0x0b],
  }
}

/**
 * The module in base64: its functions by name, and a memory, which is its own (`{ export, pages }`) or handed in (`{ import }`
 * as `e.NAME`).
 */
export function assemble(
  functions: { readonly [name: string]: AssembledFunction },
  memory: { readonly export: string; readonly pages: number } | { readonly import: string },
): string {
  const text = (value: string) => [value.length, ...Buffer.from(value)]
  const many = (items: readonly (readonly number[])[]) => [
    ...unsigned(items.length),
    ...items.flat(),
  ]
  const section = (id: number, content: readonly number[]) => [
    id,
    ...unsigned(content.length),
    ...content,
  ]
  const all = Object.values(functions)
  const own = 'export' in memory
  const exported = Object.keys(functions).map((name, i) => [...text(name), 0, i])
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, many(all.map(({ params }) => [0x60, ...many(params.map((one) => [one])), 0]))),
    ...(own ? [] : section(2, many([[...text('e'), ...text(memory.import), 2, 0, 1]]))),
    ...section(3, many(all.map((_, i) => [i]))),
    ...(own ? section(5, [1, 0, memory.pages]) : []),
    ...section(7, many([...(own ? [[...text(memory.export), 2, 0]] : []), ...exported])),
    ...section(10, many(all.map(({ code }) => [...unsigned(code.length), ...code]))),
  ]
  return Buffer.from(bytes).toString('base64')
}
