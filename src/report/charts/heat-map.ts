/** A heat map: rows of cells below each other, the same columns for all; darker is more. */
import type { Html } from '../markup.ts'
import { chart, COLORS, element, seriesColor, text } from './svg.ts'
import { fittingText, textWidth } from './text-width.ts'

/** A row of cells; all rows with the same `scale` are shaded alike. */
export interface HeatRow {
  readonly label: string
  readonly scale: HeatScale
  /** One a column; null is not known. */
  readonly cells: readonly (HeatCell | null)[]
}

/** A value and what a pointer over it shows. */
export interface HeatCell {
  readonly value: number
  readonly title: string
  /** Has a dot: it differs from 0 by more than chance. */
  readonly isCertain: boolean
}

/** How values are shaded: by the square root, so that small ones show beside large ones. */
export interface HeatScale {
  /** The value of the darkest cell. */
  readonly most: number
  readonly color: 'damage' | 'neutral'
  /** A value in the legend. */
  readonly format: (value: number) => string
  /** What the values are. */
  readonly name: string
}

/** What to draw. */
export interface HeatMap {
  readonly id: string
  readonly title: string
  readonly description: string
  /** Below the columns: the name of a column, and what columns are. */
  readonly columns: readonly string[]
  readonly columnTitle: string
  readonly rows: readonly HeatRow[]
}

const WIDTH = 760
const MOST_LABEL_WIDTH = 170
const ROW_HEIGHT = 26
const LEGEND_HEIGHT = 24
/** Square roots of the shares of `most` in the legend. */
const LEGEND_STEPS = [-1, -0.5, 0, 0.25, 0.5, 0.75, 1]

/** The chart. */
export function heatMap({ id, title, description, columns, columnTitle, rows }: HeatMap): Html {
  const labelWidth = Math.min(MOST_LABEL_WIDTH, Math.max(...rows.map(({ label }) => textWidth(label))))
  const [left, right] = [labelWidth + 10, WIDTH - 4]
  const cellWidth = (right - left) / columns.length
  const bottom = rows.length * ROW_HEIGHT
  const scales = [...new Set(rows.map(({ scale }) => scale))]
  const legendTop = bottom + 46
  return chart({ id, title, description, width: WIDTH, height: legendTop + scales.length * LEGEND_HEIGHT }, [
    ...rows.flatMap(({ label, scale, cells }, row) => {
      const top = row * ROW_HEIGHT
      const { shown, size } = fittingText(label, labelWidth)
      return [
        text(labelWidth, top + ROW_HEIGHT / 2, shown, { 'text-anchor': 'end', 'dominant-baseline': 'central', 'font-size': size }),
        ...cells.flatMap((cell, column) => (cell ? [heatCell(cell, scale, { x: left + column * cellWidth, y: top, width: cellWidth })] : [])),
      ]
    }),
    ...columnLabels(columns, { left, cellWidth, top: bottom + 14 }),
    text((left + right) / 2, bottom + 32, columnTitle, { 'text-anchor': 'middle', fill: COLORS.soft }),
    ...scales.flatMap((scale, index) => legend(scale, { left, right, top: legendTop + index * LEGEND_HEIGHT })),
  ])
}

function heatCell({ value, title, isCertain }: HeatCell, scale: HeatScale, { x, y, width }: { x: number; y: number; width: number }): Html {
  const [inner, height] = [Math.max(1, width - 1), ROW_HEIGHT - 2]
  return element(
    'g',
    {},
    element('rect', { x, y: y + 1, width: inner, height, ...shade(value, scale) }),
    ...(isCertain ? [element('circle', { cx: x + inner / 2, cy: y + 1 + height / 2, r: Math.min(2.2, inner / 4), fill: COLORS.ink })] : []),
    element('title', {}, title),
  )
}

/** Color and opacity; a gain is of another color than damage. */
function shade(value: number, { most, color }: HeatScale): Readonly<Record<string, string | number>> {
  const share = most === 0 ? 0 : Math.min(1, Math.sqrt(Math.abs(value) / most))
  const fill = color === 'neutral' ? seriesColor(3) : seriesColor(value > 0 ? 4 : 0)
  return { fill, 'fill-opacity': share, stroke: COLORS.line, 'stroke-width': 0.5 }
}

/** As many labels as there is room for, from the first on. */
function columnLabels(columns: readonly string[], { left, cellWidth, top }: { left: number; cellWidth: number; top: number }): Html[] {
  const every = Math.ceil((Math.max(...columns.map(textWidth)) + 6) / cellWidth)
  return columns.flatMap((label, column) =>
    column % every === 0 ? [text(left + (column + 0.5) * cellWidth, top, label, { 'text-anchor': 'middle', 'font-size': 11 })] : [],
  )
}

/** Squares with their values, and the name of the scale. */
function legend(scale: HeatScale, { left, right, top }: { left: number; right: number; top: number }): Html[] {
  const steps = LEGEND_STEPS.filter((step) => scale.color === 'damage' || step >= 0)
  const width = 66
  const middle = top + LEGEND_HEIGHT / 2
  return [
    ...steps.flatMap((step, index) => {
      const value = Math.sign(step) * step ** 2 * scale.most
      const x = right - (steps.length - index) * width
      return [
        element('rect', { x, y: middle - 7, width: 14, height: 14, ...shade(value, scale) }),
        text(x + 18, middle, scale.format(value), { 'dominant-baseline': 'central', 'font-size': 11 }),
      ]
    }),
    text(left, middle, scale.name, { 'dominant-baseline': 'central', 'font-size': 11, fill: COLORS.soft }),
  ]
}
