/**
 * `npx tsx tools/kernels/main.ts`: prints the WebAssembly kernels of `src/math` in hexadecimal. A test compares them with what
 * stands there.
 */
import { gramKernel } from './gram.ts'
import { randomKernel } from './random.ts'

console.log(`src/math/random-kernel.ts\n${randomKernel}\n\nsrc/math/gram-kernel.ts\n${gramKernel}`)
