/** Pictures decoded by the browser, reduced on the way. A picture of greys has one channel, as in Node. */
import type { RasterImage } from 'sodalime'
import { fromImageData } from 'sodalime/data'
import type { DecodePicture } from 'sodalime/workbench'

/** Pixels above which a picture is not decoded. */
const MOST_PIXELS = 400_000_000

export const decodePicture: DecodePicture = async (bytes, name, maxPixels) => {
  const blob = new Blob([new Uint8Array(bytes)])
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(blob)
  } catch {
    throw new Error(
      `${name} cannot be decoded: a whole PNG, JPEG, WebP, AVIF, GIF or BMP is wanted.`,
    )
  }
  const { width, height } = bitmap
  if (width * height > MOST_PIXELS) {
    throw new Error(`${name} has ${width} × ${height} pixels; at most 400 million are taken.`)
  }
  const share = Math.min(1, Math.sqrt(maxPixels / (width * height)))
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.floor(width * share)),
    Math.max(1, Math.floor(height * share)),
  )
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return grey(fromImageData(context.getImageData(0, 0, canvas.width, canvas.height)))
}

function grey(image: RasterImage): RasterImage {
  const { data, width, height } = image
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return image
  }
  const one = new Uint8Array(width * height)
  for (let i = 0; i < one.length; i++) one[i] = data[3 * i]!
  return { data: one, width, height, channels: 1 }
}
