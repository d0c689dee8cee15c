/** Retention by task: a dot a variant with its interval, beside what guessing would retain. */
import type { AccuracyLine, Comparison } from '../../compare/comparison.ts'
import { counted } from '../../text/count.ts'
import type { Html } from '../markup.ts'
import { taskLabel } from '../numbers.ts'
import { AXIS_HEIGHT, horizontalAxis } from './axis.ts'
import { legend } from './legend.ts'
import { bands, linearScale, type Band, type LinearScale } from './scale.ts'
import { chart, COLORS, element, line, seriesColor, seriesMark, text } from './svg.ts'
import { fittingText, textWidth } from './text-width.ts'

/** A task; all values in percent of the original's score. */
interface TaskRow {
  readonly task: string
  /** What guessing would retain; null if it is not known. */
  readonly chance: number | null
  readonly points: readonly RetentionPoint[]
}

/** A variant's retention on a task, in percent. */
interface RetentionPoint {
  /** Position of the variant. */
  readonly series: number
  readonly retention: number
  readonly low: number
  readonly high: number
  /** The interval goes on to the right of the chart. */
  readonly isCut: boolean
}

/** `wide`: tasks are named at the left if all names fit there; `narrow`, for a phone: above their rows. */
export type ChartShape = 'wide' | 'narrow'

const WIDTHS: Readonly<Record<ChartShape, number>> = { wide: 760, narrow: 350 }
const MOST_LABEL_WIDTH = 200
const ROW_HEIGHT = 20
const LABEL_HEIGHT = 18
const TASK_GAP = 14
/** Room for half a tick's label and for a dot at an end of the axis. */
const INSET = 16

/** Where the chart cuts an interval, in percent: few items have an upper bound far to the right, which would leave no room for the rest. */
const MOST_RETENTION = 150

/** The chart; null if no line has a retention. Its axis contains every point, what guessing would retain, and every interval as far as it is drawn. */
export function retentionChart({ accuracies, variants }: Comparison, shape: ChartShape = 'wide'): Html | null {
  const most = Math.max(MOST_RETENTION, ...accuracies.flatMap(({ cells }) => cells.flatMap((cell) => (cell?.retention == null ? [] : [cell.retention * 100]))))
  const rows = accuracies.map((line) => taskRow(line, most)).filter(({ points }) => points.length > 0)
  if (rows.length === 0) return null
  const labels = variants.map(({ label }) => label)
  const width = WIDTHS[shape]
  const longest = Math.max(...rows.map(({ task }) => textWidth(task)))
  const isAbove = shape === 'narrow' || longest > MOST_LABEL_WIDTH
  const labelWidth = isAbove ? 0 : longest
  const [left, right] = [labelWidth + (isAbove ? 4 : 12), width - 4]
  const key = legend(labels, { left: 4, top: 0, width: right - 4 })
  const top = key.height + 10
  const labelHeight = isAbove ? LABEL_HEIGHT : 0
  const rowBands = bands(
    rows.map(({ points }) => labelHeight + points.length * ROW_HEIGHT),
    { top: top + 6, gap: isAbove ? TASK_GAP / 2 : TASK_GAP },
  )
  const bottom = rowBands.at(-1)!.bottom + 6
  const scale = linearScale([100, ...rows.flatMap(valuesOf)], { from: left + INSET, to: right - INSET, tickCount: shape === 'narrow' ? 4 : 6 })
  const box = { left, right, top, bottom }
  return chart(
    {
      id: `retention-chart-${shape}`,
      title: 'Retention by task',
      description: `${counted(rows.length, 'task')}; a mark is a variant’s score in percent of the original’s, with its 95 % interval.`,
      width,
      height: bottom + AXIS_HEIGHT,
    },
    [
      ...key.parts,
      ...horizontalAxis(scale, 'retention in percent of the original’s score', box),
      line([scale.position(100), top], [scale.position(100), bottom], { stroke: COLORS.soft, 'stroke-dasharray': '4 3' }),
      ...rows.flatMap((row, index) => [
        taskName(row.task, rowBands[index]!, isAbove ? { left: 4, width: width - 8 } : { right: labelWidth }),
        ...taskParts(row, { band: { ...rowBands[index]!, top: rowBands[index]!.top + labelHeight }, scale, labels }),
      ]),
    ],
  )
}

/** A task's label: above its rows from `left`, or beside them up to `right`. The whole name is its tooltip. */
function taskName(task: string, { top, middle }: Band, place: { readonly left: number; readonly width: number } | { readonly right: number }): Html {
  const title = element('title', {}, task)
  if ('right' in place) return element('g', {}, text(place.right, middle, task, { 'text-anchor': 'end', 'dominant-baseline': 'central' }), title)
  // Bold letters are wider than the estimate.
  const { shown, size } = fittingText(task, place.width * 0.93)
  return element('g', {}, text(place.left, top + LABEL_HEIGHT / 2, shown, { 'dominant-baseline': 'central', 'font-weight': 600, 'font-size': size }), title)
}

function taskRow({ task, shotCount, original, chance, cells }: AccuracyLine, most: number): TaskRow {
  return {
    task: taskLabel({ task, shotCount }),
    chance: chance && original.value > 0 ? (chance.baseline / original.value) * 100 : null,
    points: cells.flatMap((cell, series) => {
      if (cell?.retention == null) return []
      const [low, high] = (cell.retentionInterval ?? [cell.retention, cell.retention]).map((bound) => bound * 100) as [number, number]
      const retention = cell.retention * 100
      return [{ series, retention, low, high: Math.min(high, most), isCut: high > most }]
    }),
  }
}

function valuesOf({ chance, points }: TaskRow): number[] {
  return [...(chance === null ? [] : [chance]), ...points.flatMap(({ low, retention, high }) => [low, retention, high])]
}

interface TaskPlace {
  readonly band: Band
  readonly scale: LinearScale
  readonly labels: readonly string[]
}

/** A task's tick of chance, and a line a variant. */
function taskParts({ task, chance, points }: TaskRow, { band, scale, labels }: TaskPlace): Html[] {
  const tick = chance === null ? [] : [chanceTick(scale.position(chance), band, `${task}: guessing would retain ${chance.toFixed(1)} %`)]
  return [...tick, ...points.flatMap((point, index) => pointParts(point, scale, band.top + (index + 0.5) * ROW_HEIGHT, `${task}, ${labels[point.series]}`))]
}

function chanceTick(x: number, { top, bottom }: Band, label: string): Html {
  return element('g', {}, line([x, top], [x, bottom], { stroke: COLORS.ink, 'stroke-width': 2, 'stroke-opacity': 0.55 }), element('title', {}, label))
}

function pointParts({ series, retention, low, high, isCut }: RetentionPoint, { position }: LinearScale, y: number, name: string): Html[] {
  const interval = low === high ? '' : `, 95 % interval from ${low.toFixed(1)} ${isCut ? `to beyond ${high.toFixed(0)}` : `to ${high.toFixed(1)}`}`
  const stroke = { stroke: seriesColor(series), 'stroke-width': 3, 'stroke-opacity': 0.55 }
  const end = position(high)
  return [
    line([position(low), y], [end, y], stroke),
    ...(isCut ? [element('path', { d: `M${end - 1} ${y - 5}l6 5l-6 5z`, fill: seriesColor(series) })] : []),
    seriesMark(series, position(retention), y, `${name}: ${retention.toFixed(1)} %${interval}`),
  ]
}
