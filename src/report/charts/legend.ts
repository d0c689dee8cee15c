/** The legend of a chart: which sign is which model. */
import type { Html } from '../markup.ts'
import { FONT_SIZE, seriesMark, text } from './svg.ts'
import { fittingText, textWidth } from './text-width.ts'

const LINE_HEIGHT = 20
const MARK_WIDTH = 16
const GAP = 18

/** Labels in lines of `width`, from the upper left corner; each is in smaller letters, and then cut, if it is longer than a line. */
export function legend(labels: readonly string[], { left, top, width }: { left: number; top: number; width: number }): { parts: Html[]; height: number } {
  const parts: Html[] = []
  let [x, y] = [left, top + LINE_HEIGHT / 2]
  labels.forEach((label, series) => {
    const { shown, size } = fittingText(label, width - MARK_WIDTH)
    const labelWidth = MARK_WIDTH + (textWidth(shown) * size) / FONT_SIZE
    if (x > left && x + labelWidth > left + width) [x, y] = [left, y + LINE_HEIGHT]
    parts.push(seriesMark(series, x + 6, y, label), text(x + MARK_WIDTH, y, shown, { 'dominant-baseline': 'central', 'font-size': size }))
    x += labelWidth + GAP
  })
  return { parts, height: y + LINE_HEIGHT / 2 - top }
}
