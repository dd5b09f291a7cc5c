/**
 * `npm run -s bench -- image`: explanations of pictures beside Python LIME's, and the segmentations beside
 * scikit-image's (`image-segmentation.ts`).
 *
 * A drawing and, where it is at hand, a photo of 299 × 299: 1000 samples over segments that are given (everything but
 * segmentation and model), and the whole call with quickshift. The model looks at one pixel. Then the peak of resident
 * memory of a process that explains such a picture, with 1000 and with 100,000 samples.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RasterImage } from '../src/contract/instance.ts'
import { ImageExplainer, quickshift } from '../src/index.ts'
import { pictures, run as runSegmentations } from './image-segmentation.ts'
import type { BenchOptions } from './main.ts'
import { interleave } from './reference/interleave.ts'
import { startPythonLime } from './reference/python-lime.ts'

const SEED = 1

export async function run(options: BenchOptions): Promise<void> {
  await explanations(options)
  for (const samples of options.quick ? [1000] : [1000, 100_000]) options.emit(memory(samples))
  await runSegmentations(options)
}

async function explanations({ quick, emit }: BenchOptions): Promise<void> {
  const python = await startPythonLime()
  try {
    for (const [picture, image] of pictures()) {
      const map = quickshift(image, { randomSeed: 8 })
      const setup = {
        shape: [image.height, image.width, image.channels],
        base64: base64(image.data),
        seed: SEED,
      }
      for (const given of [true, false]) {
        await python?.prepare('image', { ...setup, segments: given ? base64(map.labels) : null })
        const explainer = new ImageExplainer({
          randomState: SEED,
          compatibility: 'python',
          segmentation: given ? map : 'quickshift',
        })
        const ours = () =>
          explainer.explain(image, onePixel, {
            topLabels: 1,
            sampling: 'lime',
            numSamples: 1000,
          })
        const request = { num_samples: 1000, batch_size: 10 }
        const time = await interleave(quick ? 2 : 5, ours, python, request, 3)
        emit({
          case: `1000 samples, ${picture}, ${given ? `${map.count} segments given` : 'with quickshift'}`,
          ours: time.ours,
          reference: time.reference,
          ratio: time.reference && time.reference / time.ours,
          unit: 'ms',
          note: `first call ${time.cold.toFixed(0)} ms`,
        })
      }
    }
  } finally {
    python?.close()
  }
}

/** Peak resident memory of a process that explains one picture, quickshift included. */
function memory(samples: number) {
  const script = fileURLToPath(new URL('./reference/image-memory.ts', import.meta.url))
  const child = spawnSync(process.execPath, ['--import', 'tsx', script, String(samples)], {
    encoding: 'utf8',
  })
  if (child.status !== 0) throw new Error(child.stderr)
  return {
    case: `memory: 299 × 299, ${samples} samples, peak`,
    ours: Number(child.stdout),
    reference: null,
    ratio: null,
    unit: 'MB' as const,
  }
}

/** Probabilities by the brightness of the pixel in the middle. */
function onePixel(images: readonly RasterImage[]): number[][] {
  return images.map(({ data, width, height, channels }) => {
    const p = data[((height >> 1) * width + (width >> 1)) * channels]! / 255
    return [1 - p, p]
  })
}

function base64(data: Int32Array | RasterImage['data']): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}
