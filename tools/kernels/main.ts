/**
 * `npx tsx tools/kernels/main.ts`: prints the WebAssembly kernels of `src` in hexadecimal. Tests compare them with what stands
 * there.
 */
import { blurKernel } from './blur.ts'
import { gramKernel } from './gram.ts'
import { randomKernel } from './random.ts'
import { slicKernel } from './slic.ts'

const kernels = {
  'src/math/random-kernel.ts': randomKernel,
  'src/math/gram-kernel.ts': gramKernel,
  'src/image/segment/gaussian-blur.ts': blurKernel,
  'src/image/segment/slic-board.ts': slicKernel,
}
for (const [file, code] of Object.entries(kernels)) console.log(`${file}\n${code}\n`)
