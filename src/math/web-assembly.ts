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

/** A fresh instance; `undefined` where it does not compile. */
export function startKernel<Exports extends KernelExports>(code: string): Exports | undefined {
  const module = compileKernel(code)
  return module && (new WebAssembly.Instance(module).exports as unknown as Exports)
}
