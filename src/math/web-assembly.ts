/**
 * Small loops in WebAssembly, two doubles or four words at a time; made by `tools/kernels`, embedded in hexadecimal (which packs better
 * than base64: equal instructions look equal).
 */

/** What every kernel exports: its memory and its functions. */
export interface KernelExports {
  readonly m: WebAssembly.Memory
}

/** A fresh instance; `undefined` where WebAssembly or its 128-bit vectors are lacking or forbidden. */
export function startKernel<Exports extends KernelExports>(code: string): Exports | undefined {
  try {
    const bytes = Uint8Array.from(code.match(/../g)!, (byte) => Number.parseInt(byte, 16))
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports
  } catch {
    return undefined
  }
}
