/**
 * One explanation of a picture of 299 × 299 with as many samples as the argument says; prints the peak of resident
 * memory in MB. Run by `bench image`.
 */
import { ImageExplainer } from '../../src/image/index.ts'
import { pictures } from '../image-segmentation.ts'

const [, image] = pictures()[0]!
const explainer = new ImageExplainer({ randomState: 1 })
await explainer.explain(
  image,
  (images) =>
    images.map(({ data }) => {
      const p = data[134_000]! / 255
      return [1 - p, p]
    }),
  { numSamples: Number(process.argv[2]), sampling: 'lime' },
)
console.log(process.resourceUsage().maxRSS / 1024)
