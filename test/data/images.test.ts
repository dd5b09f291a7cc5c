import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/contract/errors.ts'
import { decodeBmp } from '../../src/data/bmp.ts'
import { fromImageData } from '../../src/data/image-data.ts'
import { decodeImage, encodePng, readImage, shrinkPicture } from '../../src/data/images.ts'
import { hasSharedData, sharedFile } from './shared-data.ts'

// 2 × 1 pixels: red, blue.
const pixels = { data: Uint8Array.of(255, 0, 0, 0, 0, 255), width: 2, height: 1, channels: 3 }

/** A BMP of 24 bits: rows bottom-up, padded to four bytes, blue first. */
function bmp(
  width: number,
  height: number,
  rows: readonly (readonly number[])[],
  bits = 24,
): Uint8Array {
  const bytes = new Uint8Array(54 + rows.flat().length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x42, 0x4d])
  view.setUint32(10, 54, true)
  view.setUint32(14, 40, true)
  view.setInt32(18, width, true)
  view.setInt32(22, height, true)
  view.setUint16(28, bits, true)
  bytes.set(rows.flat(), 54)
  return bytes
}

describe('decodeImage', () => {
  it.each(['png', 'webp', 'tiff'] as const)(
    'gives back the pixels of a lossless %s',
    async (format) => {
      const raw = { width: 2, height: 1, channels: 3 } as const
      const file = await sharp(pixels.data, { raw })
        .toFormat(format, { lossless: true, compression: 'lzw' })
        .toBuffer()
      const image = await decodeImage(file)
      expect(image).toEqual(pixels)
    },
  )

  it('turns a picture as its camera says (EXIF orientation 6: a quarter to the right)', async () => {
    const raw = { width: 2, height: 1, channels: 3 } as const
    const file = await sharp(pixels.data, { raw }).withMetadata({ orientation: 6 }).png().toBuffer()
    const image = await decodeImage(file)
    expect([image.width, image.height]).toEqual([1, 2])
    expect([...image.data]).toEqual([255, 0, 0, 0, 0, 255])
  })

  it('keeps grey pictures at one channel and gives transparency a fourth', async () => {
    const grey = await sharp(Uint8Array.of(7, 9), { raw: { width: 2, height: 1, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect(await decodeImage(grey)).toMatchObject({ channels: 1, data: Uint8Array.of(7, 9) })
    const greyAlpha = await sharp(Uint8Array.of(7, 9), {
      raw: { width: 1, height: 1, channels: 2 },
    })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect((await decodeImage(greyAlpha)).channels).toBe(4)
    const rgba = { data: Uint8Array.of(1, 2, 3, 4), width: 1, height: 1, channels: 4 }
    expect(await decodeImage(await encodePng(rgba))).toEqual(rgba)
  })

  it('refuses more than 100 megapixels before decoding, and reduces them when told', async () => {
    const create = { width: 12_000, height: 9_000, channels: 3, background: '#336699' } as const
    const file = await sharp({ create }).png({ compressionLevel: 1 }).toBuffer()
    await expect(decodeImage(file)).rejects.toThrow(
      /12000 × 9000 pixels, expected at most 100 million/,
    )
    const image = await decodeImage(file, { maxPixels: 10_000 })
    expect(image.width * image.height).toBeLessThanOrEqual(10_000)
    expect([...image.data.subarray(0, 3)]).toEqual([0x33, 0x66, 0x99])
  })

  it('refuses files that are empty, cut off, or no pictures', async () => {
    const raw = { width: 64, height: 64, channels: 3 } as const
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256)
    const file = await sharp(noise, { raw }).jpeg().toBuffer()
    const broken = [
      new Uint8Array(0),
      file.subarray(0, file.length / 2),
      new TextEncoder().encode('hello'),
    ]
    for (const bytes of broken) {
      await expect(decodeImage(bytes, { name: 'x.jpg' })).rejects.toBeInstanceOf(DataError)
      await expect(decodeImage(bytes, { name: 'x.jpg' })).rejects.toThrow(/x\.jpg/)
    }
  })

  it.skipIf(!hasSharedData)('reads the photos of the shared data', async () => {
    const cat = await readImage(sharedFile('images/cat_720p.jpg'))
    expect([cat.width, cat.height, cat.channels]).toEqual([1280, 720, 3])
    const hopper = await readImage(sharedFile('images/grace_hopper.bmp'))
    expect([hopper.width, hopper.height, hopper.channels]).toEqual([512, 600, 3])
    const half = readFileSync(sharedFile('images/grace_hopper.bmp')).subarray(0, 1000)
    await expect(decodeImage(half)).rejects.toThrow(/expected 921/)
  })
})

describe('decodeBmp', () => {
  it('reads rows from the bottom up, blue first, padded to four bytes', () => {
    const bytes = bmp(1, 2, [
      [3, 2, 1, 0],
      [6, 5, 4, 0],
    ])
    expect(decodeBmp(bytes)).toEqual({
      data: Uint8Array.of(4, 5, 6, 1, 2, 3),
      width: 1,
      height: 2,
      channels: 3,
    })
  })

  it('reads rows from the top down where the height is negative', () => {
    const bytes = bmp(1, -2, [
      [3, 2, 1, 0],
      [6, 5, 4, 0],
    ])
    expect([...decodeBmp(bytes).data]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('reads 16 bits as five for each colour', () => {
    expect([...decodeBmp(bmp(1, 1, [[0x1f, 0x7c, 0, 0]], 16)).data]).toEqual([255, 0, 255])
  })

  it('refuses what is cut off or no BMP', () => {
    expect(() => decodeBmp(bmp(9, 9, [[0]]))).toThrow(DataError)
    expect(() => decodeBmp(new Uint8Array(80))).toThrow(/no BMP/)
  })
})

describe('encodePng', () => {
  it('refuses data that does not fill the picture', async () => {
    await expect(encodePng({ ...pixels, width: 3 })).rejects.toThrow(/6 values for 3 × 1 pixels/)
  })
})

describe('fromImageData', () => {
  it('drops transparency, or keeps it, and copies the bytes', () => {
    const image = { data: Uint8ClampedArray.of(1, 2, 3, 4), width: 1, height: 1 }
    expect([...fromImageData(image).data]).toEqual([1, 2, 3])
    const copy = fromImageData(image, 4)
    expect([...copy.data]).toEqual([1, 2, 3, 4])
    expect(copy.data.buffer).not.toBe(image.data.buffer)
  })
})

describe('shrinkPicture', () => {
  const png = async (side: number) => {
    const data = Uint8Array.from(
      { length: side * side * 3 },
      (_, i) => Math.imul(i, 2654435761) >>> 24,
    )
    const bytes = await encodePng({ data, width: side, height: side, channels: 3 })
    return `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`
  }

  it('reduces a picture to the side asked for, as WebP, and leaves a small one as it is', async () => {
    const large = await png(400)
    const small = await shrinkPicture(large, 100)
    expect(small).toMatch(/^data:image\/webp;base64,/)
    expect(small.length).toBeLessThan(large.length / 10)
    const { width, height } = await decodeImage(Buffer.from(small.split(',')[1]!, 'base64'))
    expect([width, height]).toEqual([100, 100])
    const tiny = await png(20)
    expect(await shrinkPicture(tiny, 100)).toBe(tiny)
  })

  it('refuses what is no picture', async () => {
    await expect(shrinkPicture('https://example.org/x.png')).rejects.toThrow(
      'shrinkPicture, dataUrl: got https://example.org/x.png',
    )
    await expect(shrinkPicture('data:image/png;base64,AAAA')).rejects.toThrow(DataError)
  })
})
