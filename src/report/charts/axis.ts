/** The horizontal axis of a chart. */
import type { Html } from '../markup.ts'
import type { LinearScale } from './scale.ts'
import { COLORS, line, text } from './svg.ts'

/** Height that ticks, their labels and the title take below `bottom`. */
export const AXIS_HEIGHT = 42

/** Grid lines from `top` to `bottom`, labels of the ticks below them, and the title below those, centered between `left` and `right`. */
export function horizontalAxis(scale: LinearScale, title: string, box: { left: number; right: number; top: number; bottom: number }): Html[] {
  const { left, right, top, bottom } = box
  return [
    ...scale.ticks.flatMap((tick) => {
      const x = scale.position(tick)
      return [
        line([x, top], [x, bottom + 4], { stroke: COLORS.line, 'stroke-opacity': 0.6 }),
        text(x, bottom + 17, scale.tickText(tick), { 'text-anchor': 'middle' }),
      ]
    }),
    line([left, bottom], [right, bottom], { stroke: COLORS.line }),
    text((left + right) / 2, bottom + 36, title, { 'text-anchor': 'middle', fill: COLORS.soft }),
  ]
}
