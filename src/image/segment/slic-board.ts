/**
 * The memory in which SLIC's assignment goes on, and its two innermost steps over tiles of 8 × 8 pixels: WebAssembly, two
 * pixels at a time, where the engine has its 128-bit vectors, TypeScript elsewhere. The numbers are the same to the bit.
 *
 * In memory, 8 bytes aligned: a head, which tells the kernel where the rest lies; a record of ten numbers for each centre; two
 * for each tile; a plane for each colour; the squared distances; the labels. Rows are filled up to whole tiles: the pixels
 * beyond the picture have the label −2, whose centre is NaN, so that none of their distances ever counts.
 */

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

/** Both steps for three and for four colours; made by tools/slic-kernel.ts. */
const KERNEL =
  'AGFzbQEAAAABIQRgBX9/fHx/AGAFf398fH8AYAV/f3x8fwBgBX9/fHx/AAIIAQFlAW0CAAEDBQQAAQIDBxUEAmIzAAACYjQAAQJhMwACAmE0AAMKghMEhwUFCH8KewR+An8HeyAAQQN0IQVBACgCGCAAQQJ0aiEGQQAoAgghCUEAKAIMQcAAayEHIAdBAXYhCEEA/QoCACENIAYoAgCtIRkgGSAZQiCGhCEZQnwhFwNAIAL9FCEOIAP9FP0MAAAAAAAAAAAAAAAAAADwP/3wASEPQQQhCgNAQQAoAhAgBWohCyAGKQIAIhggF1IEQCAYIRcgGKdB0ABsQcABaiEbIBhCIIinQdAAbEHAAWohHCAcIBv9CgIA/VcCAAEhESAcIBv9CgII/VcCCAEhEiAcIBv9CgIQ/VcCEAEhHiAcIBv9CgIY/VcCGAEhHyAcIBv9CgIg/VcCIAEhICAcIBv9CgIo/VcCKAEhISAcIBv9CgIw/VcCMAEhEyAcIBv9CgI4/VcCOAEhFCAcIBv9CgJA/VcCQAEhFQsgGiAYIBmFhCEaIA4gHv1MIA4gH/1J/U4gDyAg/UwgDyAh/Un9Tv1OISMgESAO/fEBIhAgEP3yASASIA/98QEiECAQ/fIB/fABIA398gEgC/0AAgAgE/3xASIQIBD98gEgCyAJaiELIAv9AAIAIBT98QEiECAQ/fIB/fABIAsgCWohCyAL/QACACAV/fEBIhAgEP3yAf3wAf3wAUQAAAAAAADwf/0UICP9UiEiQQAoAhQgBWogIv0LAgAgHSAi/fcBIR0gD/0MAAAAAAAAAEAAAAAAAAAAQP3wASEPIAVBEGohBSAGQQhqIQYgCkEBayIKDQALIAUgB2ohBSAGIAhqIQYgAkQAAAAAAADwP6AhAiABQQFrIgENAAsgBCAd/SEAIB39IQGlOQIAIAQgGadBfyAaUCAEKwIARAAAAAAAAPB/Y3EbNgIIC7IFBQh/CnsEfgJ/B3sgAEEDdCEFQQAoAhggAEECdGohBkEAKAIIIQlBACgCDEHAAGshByAHQQF2IQhBAP0KAgAhDSAGKAIArSEZIBkgGUIghoQhGUJ8IRcDQCAC/RQhDiAD/RT9DAAAAAAAAAAAAAAAAAAA8D/98AEhD0EEIQoDQEEAKAIQIAVqIQsgBikCACIYIBdSBEAgGCEXIBinQdAAbEHAAWohGyAYQiCIp0HQAGxBwAFqIRwgHCAb/QoCAP1XAgABIREgHCAb/QoCCP1XAggBIRIgHCAb/QoCEP1XAhABIR4gHCAb/QoCGP1XAhgBIR8gHCAb/QoCIP1XAiABISAgHCAb/QoCKP1XAigBISEgHCAb/QoCMP1XAjABIRMgHCAb/QoCOP1XAjgBIRQgHCAb/QoCQP1XAkABIRUgHCAb/QoCSP1XAkgBIRYLIBogGCAZhYQhGiAOIB79TCAOIB/9Sf1OIA8gIP1MIA8gIf1J/U79TiEjIBEgDv3xASIQIBD98gEgEiAP/fEBIhAgEP3yAf3wASAN/fIBIAv9AAIAIBP98QEiECAQ/fIBIAsgCWohCyAL/QACACAU/fEBIhAgEP3yAf3wASALIAlqIQsgC/0AAgAgFf3xASIQIBD98gH98AEgCyAJaiELIAv9AAIAIBb98QEiECAQ/fIB/fAB/fABRAAAAAAAAPB//RQgI/1SISJBACgCFCAFaiAi/QsCACAdICL99wEhHSAP/QwAAAAAAAAAQAAAAAAAAABA/fABIQ8gBUEQaiEFIAZBCGohBiAKQQFrIgoNAAsgBSAHaiEFIAYgCGohBiACRAAAAAAAAPA/oCECIAFBAWsiAQ0ACyAEIB39IQAgHf0hAaU5AgAgBCAZp0F/IBpQIAQrAgBEAAAAAAAA8H9jcRs2AggLjgQECH8KewF/CHsgAEEDdCEFQQAoAhggAEECdGohBkEAKAIIIQlBACgCDEHAAGshByAHQQF2IQhBAP0KAgAhDSAEQdAAbEHAAWohFyAX/QoCACERIBf9CgIIIRIgF/0KAiAhGCAX/QoCKCEZIBf9CgIwIRMgF/0KAjghFCAX/QoCQCEVIAT9ESEaIBr9/gEhGwNAIAL9FCEOIAP9FP0MAAAAAAAAAAAAAAAAAADwP/3wASEPQQQhCgNAQQAoAhAgBWohCyARIA798QEiECAQ/fIBIBIgD/3xASIQIBD98gH98AEgDf3yASAL/QACACAT/fEBIhAgEP3yASALIAlqIQsgC/0AAgAgFP3xASIQIBD98gH98AEgCyAJaiELIAv9AAIAIBX98QEiECAQ/fIB/fAB/fABIRxBACgCFCAFav0AAgAhHSAcIB39SyIf/VMEQCAG/V0CACEeIB8gHCAd/UkgGyAe/f4B/Un9UP1OIA8gGP1MIA8gGf1J/U79TiEfQQAoAhQgBWogHCAdIB/9Uv0LAgAgBiAaIB4gHyAf/Q0AAQIDCAkKCwABAgMICQoL/VL9WwIAAAsgD/0MAAAAAAAAAEAAAAAAAAAAQP3wASEPIAVBEGohBSAGQQhqIQYgCkEBayIKDQALIAUgB2ohBSAGIAhqIQYgAkQAAAAAAADwP6AhAiABQQFrIgENAAsLsgQECH8KewF/CHsgAEEDdCEFQQAoAhggAEECdGohBkEAKAIIIQlBACgCDEHAAGshByAHQQF2IQhBAP0KAgAhDSAEQdAAbEHAAWohFyAX/QoCACERIBf9CgIIIRIgF/0KAiAhGCAX/QoCKCEZIBf9CgIwIRMgF/0KAjghFCAX/QoCQCEVIBf9CgJIIRYgBP0RIRogGv3+ASEbA0AgAv0UIQ4gA/0U/QwAAAAAAAAAAAAAAAAAAPA//fABIQ9BBCEKA0BBACgCECAFaiELIBEgDv3xASIQIBD98gEgEiAP/fEBIhAgEP3yAf3wASAN/fIBIAv9AAIAIBP98QEiECAQ/fIBIAsgCWohCyAL/QACACAU/fEBIhAgEP3yAf3wASALIAlqIQsgC/0AAgAgFf3xASIQIBD98gH98AEgCyAJaiELIAv9AAIAIBb98QEiECAQ/fIB/fAB/fABIRxBACgCFCAFav0AAgAhHSAcIB39SyIf/VMEQCAG/V0CACEeIB8gHCAd/UkgGyAe/f4B/Un9UP1OIA8gGP1MIA8gGf1J/U79TiEfQQAoAhQgBWogHCAdIB/9Uv0LAgAgBiAaIB4gHyAf/Q0AAQIDCAkKCwABAgMICQoL/VL9WwIAAAsgD/0MAAAAAAAAAEAAAAAAAAAAQP3wASEPIAVBEGohBSAGQQhqIQYgCkEBayIKDQALIAUgB2ohBSAGIAhqIQYgAkQAAAAAAADwP6AhAiABQQFrIgENAAsL'

let compiled: WebAssembly.Module | null | undefined

/** `undefined` where WebAssembly or its vectors are lacking or forbidden. */
function vectorModule(): WebAssembly.Module | undefined {
  if (compiled === undefined) {
    try {
      const code = Uint8Array.from(atob(KERNEL), (byte) => byte.charCodeAt(0))
      compiled = new WebAssembly.Module(code)
    } catch {
      compiled = null
    }
  }
  return compiled ?? undefined
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
