/**
 * An SVG picture as PNG bytes, by @resvg/resvg-js (Rust's resvg, in Node). The fonts are the system's; where there are
 * none, as in small containers, text would vanish silently, so font files can be given.
 */
import { DataError, MissingDependencyError } from '../contract/index.ts'

/** How the picture is drawn. */
export interface PngOptions {
  /** Pixels for each SVG unit, 0.1 to 10; default 2. */
  readonly scale?: number | undefined
  /** Paths of .ttf or .otf files, used beside the system's fonts. */
  readonly fontFiles?: readonly string[] | undefined
}

/**
 * The picture as PNG. Node only. Throws a MissingDependencyError where @resvg/resvg-js is not installed and a DataError
 * where `svg` cannot be read.
 */
export async function renderPng(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
  const { Resvg } = await loadResvg()
  const scale = Math.min(10, Math.max(0.1, options.scale ?? 2))
  try {
    const picture = new Resvg(svg, {
      fitTo: { mode: 'zoom', value: scale },
      font: {
        loadSystemFonts: true,
        fontFiles: [...(options.fontFiles ?? [])],
        defaultFontFamily: 'DejaVu Sans',
        sansSerifFamily: 'DejaVu Sans',
      },
    })
    return new Uint8Array(picture.render().asPng())
  } catch (cause) {
    throw new DataError({
      where: 'renderPng, svg',
      got: cause instanceof Error ? cause.message : String(cause),
      expected: 'a well-formed SVG picture',
      remedy: 'Give the text that renderSvg returned.',
      cause,
    })
  }
}

/** The part of @resvg/resvg-js that is used; its own types need Node's. */
interface ResvgModule {
  readonly Resvg: new (svg: string, options: object) => { render(): { asPng(): Uint8Array } }
}

async function loadResvg(): Promise<ResvgModule> {
  try {
    const loaded: ResvgModule = await import('@resvg/resvg-js')
    return loaded
  } catch (cause) {
    throw new MissingDependencyError({
      where: 'renderPng',
      got: 'no @resvg/resvg-js',
      expected: 'the optional library @resvg/resvg-js, which draws SVG as PNG',
      remedy: 'Install it with `npm install @resvg/resvg-js`, or keep the picture as SVG.',
      cause,
    })
  }
}
