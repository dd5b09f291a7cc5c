/**
 * The instance, shown as its kind deserves, with one label's weights in it: text, picture, series, table row, or the
 * parts of several inputs one after the other.
 *
 * 1. `instanceDefinitions`: what does not depend on the label (pictures, outlines, signals), to stand once on a page.
 * 2. `instanceFigures`: the figures of one label, which refer to it by id.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { type FeatureMarks, featureMarks } from './draw-options.ts'
import { imageFigure, type PictureDefinition, pictureDefinition } from './html-image.ts'
import { type SeriesDefinition, seriesDefinition, seriesFigure } from './html-series.ts'
import { valuesFigure } from './html-table.ts'
import { TEXT_ROOM, textFigure } from './html-text.ts'
import { isolated, type Markup, markup } from './markup.ts'

/** What the figures of one instance share. */
export interface InstanceDefinitions {
  readonly pictures: ReadonlyMap<number | undefined, PictureDefinition>
  readonly series: ReadonlyMap<number | undefined, SeriesDefinition>
  /** To stand once on the page, before the figures. */
  readonly definition: Markup
}

/** How figures are made. */
export interface FigureOptions {
  readonly marks?: FeatureMarks | undefined
  /** Characters that texts may take. */
  readonly room?: number | undefined
  /** Whether a table's values are shown too, even where they stand alone. Default false. */
  readonly tables?: boolean | undefined
}

/** The definitions of an instance, all ids beginning with `id`. */
export function instanceDefinitions(
  explanation: ExplanationData,
  id: string,
  every = false,
): InstanceDefinitions {
  const pictures = new Map<number | undefined, PictureDefinition>()
  const series = new Map<number | undefined, SeriesDefinition>()
  const parts: Markup[] = []
  eachPart(explanation.instance, ({ instance, of }) => {
    const own = of === undefined ? id : `${id}c${of}`
    if (instance.kind === 'image') {
      const picture = pictureDefinition(explanation, instance, `${own}i`, of, every)
      if (picture === undefined) return
      pictures.set(of, picture)
      parts.push(picture.definition)
    } else if (instance.kind === 'series') {
      const made = seriesDefinition(instance, `${own}y`)
      series.set(of, made)
      parts.push(made.definition)
    }
  })
  return { pictures, series, definition: markup`${parts}` }
}

/** The figures of one label, with a heading each. `unique` begins the ids that no other label may have. */
export function instanceFigures(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  definitions: InstanceDefinitions,
  unique: string,
  { marks = featureMarks(undefined), room = TEXT_ROOM, tables = false }: FigureOptions = {},
): Markup {
  const figures: Markup[] = []
  eachPart(explanation.instance, ({ name, instance, of }) => {
    if (instance.kind === 'tabular' && !tables) return
    figures.push(markup`<h3>${of === undefined ? name : isolated(name)}</h3>
${one(instance, of)}`)
  })
  return markup`${figures}`

  function one(instance: InstanceData, of: number | undefined): Markup {
    switch (instance.kind) {
      case 'text':
        return textFigure(explanation, label, instance, of, marks, room)
      case 'series':
        return seriesFigure(explanation, label, instance, definitions.series.get(of)!, of, marks)
      case 'image': {
        const picture = definitions.pictures.get(of)
        return imageFigure(explanation, label, instance, picture, `${unique}o${of ?? 0}`, of, marks)
      }
      case 'tabular':
        return valuesFigure(explanation, instance, of)
      case 'composite':
        return markup``
    }
  }
}

/** A part of an instance; the whole is its only part, with `of` undefined. */
interface Part {
  readonly name: string
  readonly instance: InstanceData
  readonly of: number | undefined
}

const TITLES = {
  text: 'In the text',
  image: 'In the picture',
  series: 'In the series',
  tabular: 'The instance\u2019s values',
} as const

/** Calls `visit` for each part: the instance itself, or the parts of several inputs. */
export function eachPart(whole: InstanceData, visit: (part: Part) => void): void {
  if (whole.kind !== 'composite') {
    visit({ name: TITLES[whole.kind], instance: whole, of: undefined })
    return
  }
  whole.parts.forEach(({ name, instance }, of) => {
    visit({ name, instance, of })
  })
}
