/**
 * Small loops in WebAssembly, two doubles or four words at a time; made by `tools/kernels`, embedded in base64.
 */

/** What every kernel exports: its memory and its functions. */
export interface KernelExports {
  readonly m: WebAssembly.Memory
}

/** A fresh instance; `undefined` where WebAssembly or its 128-bit vectors are lacking or forbidden. */
export function startKernel<Exports extends KernelExports>(base64: string): Exports | undefined {
  try {
    const code = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))
    return new WebAssembly.Instance(new WebAssembly.Module(code)).exports as unknown as Exports
  } catch {
    return undefined
  }
}
