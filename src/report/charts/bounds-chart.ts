/** How the bounds of a value close in while items are scored: items on x, the value on y, and its limit as a line. */
import { count } from '../../text/count.ts'
import type { Html } from '../markup.ts'
import { AXIS_HEIGHT, horizontalAxis } from './axis.ts'
import { linearScale, type LinearScale } from './scale.ts'
import { at, chart, COLORS, element, line, seriesColor, text } from './svg.ts'

/** A value with its bounds after a number of items. */
export interface BoundsPoint {
  readonly items: number
  readonly value: number
  readonly interval: readonly [low: number, high: number] | null
}

/** What to draw. */
export interface BoundsChart {
  /** Begins the ids of the chart's elements. */
  readonly id: string
  readonly title: string
  /** Of the vertical axis. */
  readonly unit: string
  readonly limit: number
  readonly points: readonly BoundsPoint[]
  /** When the verdict was known; null if it is not. */
  readonly decidedAfter: number | null
}

/** Of each shape: `narrow` is for a phone. */
const SHAPES = {
  wide: { width: 760, xTicks: 8, plot: { left: 64, right: 744, top: 24, bottom: 224 } },
  narrow: { width: 360, xTicks: 4, plot: { left: 48, right: 346, top: 24, bottom: 204 } },
} as const
type Plot = (typeof SHAPES)[keyof typeof SHAPES]['plot']
/** The first bounds are so wide that they would leave no room for the rest: the chart cuts those beyond this number of final widths. */
const MOST_WIDTHS = 4

/** The chart; null unless two points have bounds: one is a number, not a path. */
export function boundsChart({ id, title, unit, limit, points, decidedAfter }: BoundsChart, shape: keyof typeof SHAPES): Html | null {
  const bounded = points.flatMap(({ items, value, interval }) => (interval ? [{ items, value, low: interval[0], high: interval[1] }] : []))
  const last = bounded.at(-1)
  if (!last || bounded.length < 2) return null
  const { width, xTicks, plot } = SHAPES[shape]
  const [least, most] = visibleRange(bounded, limit)
  const cut = (value: number) => Math.min(most, Math.max(least, value))
  const x = linearScale([0, last.items], { from: plot.left, to: plot.right, tickCount: xTicks })
  const y = linearScale([least, most], { from: plot.bottom, to: plot.top, tickCount: 5 })
  const pointAt = (items: number, value: number) => at(x.position(items), y.position(cut(value)))
  const [first] = bounded
  const outline = [...bounded.map(({ items, high }) => pointAt(items, high)), ...bounded.toReversed().map(({ items, low }) => pointAt(items, low))]
  const decided = decidedAfter === null ? '' : `, decided after ${count(decidedAfter)}`
  return chart(
    {
      id,
      title,
      description: `The bounds after ${count(first!.items)} to ${count(last.items)} items${decided}; the dashed line is the limit.`,
      width,
      height: plot.bottom + AXIS_HEIGHT,
    },
    [
      text(plot.left, 12, unit, { fill: COLORS.soft }),
      ...verticalAxis(y, plot),
      ...horizontalAxis(x, 'items scored, in the order of drawing', plot),
      element('path', { d: `M${outline.join('L')}z`, fill: seriesColor(0), 'fill-opacity': 0.22 }),
      element('path', { d: `M${bounded.map(({ items, value }) => pointAt(items, value)).join('L')}`, fill: 'none', stroke: seriesColor(0), 'stroke-width': 2 }),
      line([plot.left, y.position(limit)], [plot.right, y.position(limit)], { stroke: COLORS.ink, 'stroke-dasharray': '5 3' }),
      ...(decidedAfter === null || decidedAfter > last.items
        ? []
        : [line([x.position(decidedAfter), plot.top], [x.position(decidedAfter), plot.bottom], { stroke: COLORS.soft, 'stroke-dasharray': '2 3' })]),
    ],
  )
}

/** Contains the limit, all values, and the bounds as far as they are near the last ones. */
function visibleRange(points: readonly { readonly value: number; readonly low: number; readonly high: number }[], limit: number): readonly [number, number] {
  const half = points[Math.floor(points.length / 2)]!
  const width = Math.max(half.high - half.low, 1e-3)
  const [low, high] = [Math.min(limit, half.low), Math.max(limit, half.high)]
  const visible = points.flatMap(({ low: a, high: b }) => [a, b]).filter((bound) => bound > low - width * MOST_WIDTHS && bound < high + width * MOST_WIDTHS)
  const values = points.map(({ value }) => value).filter((value) => value > low - width * MOST_WIDTHS && value < high + width * MOST_WIDTHS)
  return [Math.min(low, ...visible, ...values), Math.max(high, ...visible, ...values)]
}

function verticalAxis(scale: LinearScale, plot: Plot): Html[] {
  return scale.ticks.flatMap((tick) => {
    const y = scale.position(tick)
    return [
      line([plot.left - 4, y], [plot.right, y], { stroke: COLORS.line, 'stroke-opacity': 0.6 }),
      text(plot.left - 8, y, scale.tickText(tick), { 'text-anchor': 'end', 'dominant-baseline': 'central' }),
    ]
  })
}
