/**
 * Small loops in WebAssembly, two doubles or four words at a time; made by `tools/kernels`, embedded in hexadecimal (which packs better
 * than base64: equal instructions look equal).
 */

/** What every kernel exports: its memory and its functions. */
export interface KernelExports {
  readonly m: WebAssembly.Memory
}

/** The module, of which several instances may be made; `undefined` where WebAssembly or its 128-bit vectors are lacking or forbidden. */
export function compileKernel(code: string): WebAssembly.Module | undefined {
  try {
    const bytes = Uint8Array.from(code.match(/../g)!, (byte) => Number.parseInt(byte, 16))
    return new WebAssembly.Module(bytes)
  } catch {
    return undefined
  }
}

const compiled = new Map<string, WebAssembly.Module | undefined>()

/** A fresh instance of a module that is compiled once; `undefined` where it does not compile. */
export function startKernel<Exports extends KernelExports>(code: string): Exports | undefined {
  if (!compiled.has(code)) compiled.set(code, compileKernel(code))
  const module = compiled.get(code)
  return module && (new WebAssembly.Instance(module).exports as unknown as Exports)
}
