/**
 * The memory in which SLIC's assignment goes on, and its two innermost steps over tiles of 8 × 8 pixels: WebAssembly, two
 * pixels at a time, where the engine has its 128-bit vectors, TypeScript elsewhere. The numbers are the same to the bit.
 *
 * In memory, 8 bytes aligned: a head, which tells the kernel where the rest lies; a record of ten numbers for each centre; two
 * for each tile; a plane for each colour; the squared distances; the labels. Rows are filled up to whole tiles: the pixels
 * beyond the picture have the label −2, whose centre is NaN, so that none of their distances ever counts.
 */

import { compileKernel } from '../../math/web-assembly.ts'

export const TILE = 8

/** Numbers of a centre's record: row, column, first row and row after its window, the same of columns, four colours. */
export const RECORD = 10

/** The memory by its parts, and what is done in it. */
export interface SlicBoard {
  readonly width: number
  readonly height: number
  /** Pixels from one row to the next. */
  readonly stride: number
  /** Tiles in a row of tiles. */
  readonly across: number
  /** Colours, (height × stride) each. */
  readonly planes: readonly Float64Array[]
  /** Squared distance of each pixel to its centre, (height × stride). */
  readonly nearest: Float64Array
  /** Number of each pixel's centre, (height × stride); −1 for none, −2 beyond the picture. */
  readonly labels: Int32Array
  /** (centres, RECORD). */
  readonly centres: Float64Array
  /** For each tile two numbers, of which the first is its largest distance. */
  readonly bounds: Float64Array
  /** Its centre, at `4 tile + 2`; −1 where it has several, or a pixel without one. */
  readonly owners: Int32Array
  /** What a squared pixel counts: distance² = weight (dy² + dx²) + Σ colour². */
  readonly weight: number
  /**
   * Writes the distances of a tile's pixels to their own centres (∞ where its window does not hold the pixel), and what is
   * known of the tile. `first` is its first pixel, at row y and column x.
   */
  bound(first: number, rows: number, y: number, x: number, tile: number): void
  /** Gives centre k the pixels of its window that are nearer to it, or as near and of a later centre. */
  assign(first: number, rows: number, y: number, x: number, k: number): void
}

const HEAD_BYTES = 32
const RECORD_BYTES = 8 * RECORD
const PAGE = 65536

/** A board without colours; its labels are 0, and −2 beyond the picture. */
export function slicBoard(
  shape: { readonly width: number; readonly height: number; readonly planes: number },
  centres: number,
  weight: number,
  engine: 'vector' | 'plain' = vectorModule() === undefined ? 'plain' : 'vector',
): SlicBoard {
  const { width, height } = shape
  const across = Math.ceil(width / TILE)
  const stride = across * TILE
  const pixels = stride * height
  const records = HEAD_BYTES
  const tiles = records + (centres + 2) * RECORD_BYTES
  const planes = tiles + across * Math.ceil(height / TILE) * 16
  const nearest = planes + shape.planes * pixels * 8
  const labels = nearest + pixels * 8
  const bytes = labels + pixels * 4
  const memory =
    engine === 'vector' ? new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) }) : undefined
  const buffer = memory?.buffer ?? new ArrayBuffer(Math.ceil(bytes / 8) * 8)
  new Float64Array(buffer, 0, 1)[0] = weight
  new Int32Array(buffer, 8, 5).set([pixels * 8, stride * 8, planes, nearest, labels])
  new Float64Array(buffer, records, 6).set([
    ...[Number.NaN, Number.NaN],
    ...[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ...[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])
  const parts = {
    width,
    height,
    stride,
    across,
    weight,
    planes: Array.from(
      { length: shape.planes },
      (_, c) => new Float64Array(buffer, planes + c * pixels * 8, pixels),
    ),
    nearest: new Float64Array(buffer, nearest, pixels),
    labels: new Int32Array(buffer, labels, pixels),
    centres: new Float64Array(buffer, records + 2 * RECORD_BYTES, centres * RECORD),
    bounds: new Float64Array(buffer, tiles, (planes - tiles) / 8),
    owners: new Int32Array(buffer, tiles, (planes - tiles) / 4),
  }
  for (let y = 0; y < height; y++) parts.labels.fill(-2, y * stride + width, (y + 1) * stride)
  if (memory === undefined) {
    return { ...parts, ...plainSteps(parts, new Float64Array(buffer, records)) }
  }
  const { exports } = new WebAssembly.Instance(vectorModule()!, { e: { m: memory } })
  const { [`b${shape.planes}`]: bound, [`a${shape.planes}`]: assign } = exports as {
    [name: string]: SlicBoard['bound']
  }
  return {
    ...parts,
    bound: (first, rows, y, x, tile) => bound!(first, rows, y, x, tiles + 16 * tile),
    assign: assign!,
  }
}

/** Both steps for three and for four colours; made by tools/kernels/slic.ts. */
const KERNEL =
  '0061736d0100000001210460057f7f7c7c7f0060057f7f7c7c7f0060057f7f7c7c7f0060057f7f7c7c7f000208010165016d02000103050400010203071905016d020002623300000262340001026133000202613400030ab41404bc051e017f017f017f017f017f017f017f017b017b017b017b017b017b017b017b017b017b017b017b017b017e017e017e017e017f017f017b017b017b017b410028021820004102746a280200ad211b201b201b42208684211b427c211920004103742105410028021820004102746a210641002802082109410028020c41c0006b2107200741017621084100fd0a0300210c03402002fd14210d2003fd14fd0c0000000000000000000000000000f03ffdf001210e4104210a03402006290200221a2019520440201a2119201aa741d0006c41c0016a211d201a422088a741d0006c41c0016a211e201e201dfd0a0300fd570200012110201e201dfd0a0308fd570208012111201e201dfd0a0310fd570210012120201e201dfd0a0318fd570218012121201e201dfd0a0320fd570220012116201e201dfd0a0328fd570228012117201e201dfd0a0330fd570230012112201e201dfd0a0338fd570238012113201e201dfd0a0340fd5702400121140b201c201a201b8584211c200d2020fd4c200d2021fd49fd4e200e2016fd4c200e2017fd49fd4efd4e21222010200dfdf101220f200ffdf2012011200efdf101220f200ffdf201fdf001200cfdf201410028021020056a220bfd0002002012fdf101220f200ffdf201200b20096a220bfd0002002013fdf101220f200ffdf201fdf001200b20096a220bfd0002002014fdf101220f200ffdf201fdf001fdf00144000000000000f07ffd142022fd522118410028021420056a2018fd0b0200201f2018fdf701211f200efd0c00000000000000400000000000000040fdf001210e200541106a2105200641086a2106200a41016b220a0d000b200520076a2105200620086a2106200244000000000000f03fa02102200141016b22010d000b2004201ffd2100201ffd2101a53903002004201ba7417f201c5020042b020044000000000000f07f63711b3602080be5051e017f017f017f017f017f017f017f017b017b017b017b017b017b017b017b017b017b017b017b017b017e017e017e017e017f017f017b017b017b017b410028021820004102746a280200ad211b201b201b42208684211b427c211920004103742105410028021820004102746a210641002802082109410028020c41c0006b2107200741017621084100fd0a0300210c03402002fd14210d2003fd14fd0c0000000000000000000000000000f03ffdf001210e4104210a03402006290200221a2019520440201a2119201aa741d0006c41c0016a211d201a422088a741d0006c41c0016a211e201e201dfd0a0300fd570200012110201e201dfd0a0308fd570208012111201e201dfd0a0310fd570210012120201e201dfd0a0318fd570218012121201e201dfd0a0320fd570220012116201e201dfd0a0328fd570228012117201e201dfd0a0330fd570230012112201e201dfd0a0338fd570238012113201e201dfd0a0340fd570240012114201e201dfd0a0348fd5702480121150b201c201a201b8584211c200d2020fd4c200d2021fd49fd4e200e2016fd4c200e2017fd49fd4efd4e21222010200dfdf101220f200ffdf2012011200efdf101220f200ffdf201fdf001200cfdf201410028021020056a220bfd0002002012fdf101220f200ffdf201200b20096a220bfd0002002013fdf101220f200ffdf201fdf001200b20096a220bfd0002002014fdf101220f200ffdf201fdf001200b20096a220bfd0002002015fdf101220f200ffdf201fdf001fdf00144000000000000f07ffd142022fd522118410028021420056a2018fd0b0200201f2018fdf701211f200efd0c00000000000000400000000000000040fdf001210e200541106a2105200641086a2106200a41016b220a0d000b200520076a2105200620086a2106200244000000000000f03fa02102200141016b22010d000b2004201ffd2100201ffd2101a53903002004201ba7417f201c5020042b020044000000000000f07f63711b3602080bb4041a017f017f017f017f017f017f017f017b017b017b017b017b017b017b017b017b017b017b017b017b017f017b017b017b017b017b200441d0006c41c0016a21192019fd0a030021102019fd0a030821112019fd0a032021162019fd0a032821172019fd0a033021122019fd0a033821132019fd0a034021142004fd11211a201afdfe01211b20004103742105410028021820004102746a210641002802082109410028020c41c0006b2107200741017621084100fd0a0300210c03402002fd14210d2003fd14fd0c0000000000000000000000000000f03ffdf001210e4104210a03402010200dfdf101220f200ffdf2012011200efdf101220f200ffdf201fdf001200cfdf201410028021020056a220bfd0002002012fdf101220f200ffdf201200b20096a220bfd0002002013fdf101220f200ffdf201fdf001200b20096a220bfd0002002014fdf101220f200ffdf201fdf001fdf0012118410028021420056afd000200211c2018201cfd4b221efd5304402006fd5d0200211d201e2018201cfd49201b201dfdfe01fd49fd50fd4e200e2016fd4c200e2017fd49fd4efd4e211e410028021420056a2018201c201efd52fd0b02002006201a201d201e201efd0d0001020308090a0b0001020308090a0bfd52fd5b0200000b200efd0c00000000000000400000000000000040fdf001210e200541106a2105200641086a2106200a41016b220a0d000b200520076a2105200620086a2106200244000000000000f03fa02102200141016b22010d000b0bd6041a017f017f017f017f017f017f017f017b017b017b017b017b017b017b017b017b017b017b017b017b017f017b017b017b017b017b200441d0006c41c0016a21192019fd0a030021102019fd0a030821112019fd0a032021162019fd0a032821172019fd0a033021122019fd0a033821132019fd0a034021142019fd0a034821152004fd11211a201afdfe01211b20004103742105410028021820004102746a210641002802082109410028020c41c0006b2107200741017621084100fd0a0300210c03402002fd14210d2003fd14fd0c0000000000000000000000000000f03ffdf001210e4104210a03402010200dfdf101220f200ffdf2012011200efdf101220f200ffdf201fdf001200cfdf201410028021020056a220bfd0002002012fdf101220f200ffdf201200b20096a220bfd0002002013fdf101220f200ffdf201fdf001200b20096a220bfd0002002014fdf101220f200ffdf201fdf001200b20096a220bfd0002002015fdf101220f200ffdf201fdf001fdf0012118410028021420056afd000200211c2018201cfd4b221efd5304402006fd5d0200211d201e2018201cfd49201b201dfdfe01fd49fd50fd4e200e2016fd4c200e2017fd49fd4efd4e211e410028021420056a2018201c201efd52fd0b02002006201a201d201e201efd0d0001020308090a0b0001020308090a0bfd52fd5b0200000b200efd0c00000000000000400000000000000040fdf001210e200541106a2105200641086a2106200a41016b220a0d000b200520076a2105200620086a2106200244000000000000f03fa02102200141016b22010d000b0b'

let compiled: WebAssembly.Module | undefined | null = null

function vectorModule(): WebAssembly.Module | undefined {
  if (compiled === null) compiled = compileKernel(KERNEL)
  return compiled
}

type Parts = Omit<SlicBoard, 'bound' | 'assign'>

/** The steps pixel by pixel; `records` begins with that of label −2. */
function plainSteps(parts: Parts, records: Float64Array): Pick<SlicBoard, 'bound' | 'assign'> {
  const { stride, planes, nearest, labels, bounds, owners, weight } = parts
  const distance = (i: number, at: number, y: number, x: number): number => {
    const dy = records[at]! - y
    const dx = records[at + 1]! - x
    let colours = 0
    for (let c = 0; c < planes.length; c++) {
      const d = planes[c]![i]! - records[at + 6 + c]!
      colours += d * d
    }
    return (dy * dy + dx * dx) * weight + colours
  }
  const holds = (at: number, y: number, x: number): boolean =>
    y >= records[at + 2]! && y < records[at + 3]! && x >= records[at + 4]! && x < records[at + 5]!
  return {
    bound(first, rows, y, x, tile) {
      let most = 0
      let owner = labels[first]!
      for (let row = 0; row < rows; row++) {
        for (let column = 0, i = first + row * stride; column < TILE; column++, i++) {
          const at = (labels[i]! + 2) * RECORD
          const inside = holds(at, y + row, x + column)
          const near = inside ? distance(i, at, y + row, x + column) : Number.POSITIVE_INFINITY
          nearest[i] = near
          if (near > most) most = near
          if (labels[i] !== labels[first]) owner = -1
        }
      }
      bounds[2 * tile] = most
      owners[4 * tile + 2] = most < Number.POSITIVE_INFINITY ? owner : -1
    },
    assign(first, rows, y, x, k) {
      const at = (k + 2) * RECORD
      for (let row = 0; row < rows; row++) {
        for (let column = 0, i = first + row * stride; column < TILE; column++, i++) {
          const near = distance(i, at, y + row, x + column)
          const best = nearest[i]!
          if (!(near <= best) || !holds(at, y + row, x + column)) continue
          if (near === best && k > labels[i]!) continue
          nearest[i] = near
          labels[i] = k
        }
      }
    },
  }
}
