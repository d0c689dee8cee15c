/** The legend of a chart: which sign is which model. */
import type { Html } from '../markup.ts'
import { seriesMark, text } from './svg.ts'
import { textWidth, textWithin } from './text-width.ts'

const LINE_HEIGHT = 20
const MARK_WIDTH = 16
const GAP = 18

/** Labels in lines of `width`, from the upper left corner; each is cut if it is longer than a line. */
export function legend(labels: readonly string[], { left, top, width }: { left: number; top: number; width: number }): { parts: Html[]; height: number } {
  const parts: Html[] = []
  let [x, y] = [left, top + LINE_HEIGHT / 2]
  labels.forEach((label, series) => {
    const shown = textWithin(label, width - MARK_WIDTH)
    const labelWidth = MARK_WIDTH + textWidth(shown)
    if (x > left && x + labelWidth > left + width) [x, y] = [left, y + LINE_HEIGHT]
    parts.push(seriesMark(series, x + 6, y, label), text(x + MARK_WIDTH, y, shown, { 'dominant-baseline': 'central' }))
    x += labelWidth + GAP
  })
  return { parts, height: y + LINE_HEIGHT / 2 - top }
}
