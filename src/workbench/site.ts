/**
 * A site without a server: its list of models and data, `studio.json`, from which the page's worker makes its workbench.
 */
import type { OnnxOptions } from '../models/onnx.ts'
import type { Kind, Origin } from './protocol.ts'

/** A model of the site. */
export interface SiteModel {
  readonly id: string
  readonly name: string
  readonly origin: Origin
  /** Where it lies, relative to the page. */
  readonly file: string
  readonly kinds: readonly Kind[]
  readonly classNames?: readonly string[] | undefined
  readonly saidClassNames?: readonly string[] | undefined
  /** How it is opened. */
  readonly options?: OnnxOptions | undefined
}

/** A data set of the site. */
export interface SiteData {
  readonly id: string
  readonly name: string
  readonly origin: Origin
  readonly kind: Kind
  /** Its files, several for pictures only. */
  readonly files: readonly {
    readonly file: string
    readonly name: string
    readonly truth?: string
  }[]
  readonly target?: string | undefined
  readonly samplingRate?: number | undefined
  readonly channelNames?: readonly string[] | undefined
}

/** The list. */
export interface Site {
  readonly models: readonly SiteModel[]
  readonly data: readonly SiteData[]
}
