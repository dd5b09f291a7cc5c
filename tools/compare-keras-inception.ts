/**
 * `npx tsx tools/compare-keras-inception.ts FOLDER`: the files of `make-keras-inception.py` by `loadKeras`, against Keras's own
 * outputs. Prints the largest difference for each file; exit code 1 where one is above 1e-4.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadKeras } from '../src/models/keras.ts'

const SIDE = 299
const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: npx tsx tools/compare-keras-inception.ts FOLDER')

const size = SIDE * SIDE * 3
let worst = 0
for (const file of readdirSync(folder).filter((name) => /\.k[23]\.(h5|keras)$/.test(name))) {
  const tag = /\.(k[23])\./.exec(file)![1]
  const pixels = new Float32Array(new Uint8Array(readFileSync(join(folder, `${tag}.f32`))).buffer)
  const expected = (
    JSON.parse(readFileSync(join(folder, `${tag}.json`), 'utf8')) as number[][]
  ).flat()
  const model = await loadKeras(join(folder, file), { image: { scale: 1, shift: 0 } })
  const { data } = await model.predict(
    [0, 1].map((i) => ({
      data: pixels.slice(i * size, (i + 1) * size),
      width: SIDE,
      height: SIDE,
      channels: 3,
    })),
  )
  await model.close()
  const most = Math.max(...expected.map((value, i) => Math.abs(value - data[i]!)))
  console.log(`${file}: ${most.toExponential(1)} at most`)
  worst = Math.max(worst, most)
}
process.exitCode = worst <= 1e-4 ? 0 : 1
