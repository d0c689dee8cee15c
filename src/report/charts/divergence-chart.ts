/** Histograms of KL divergence by task: a stepped line a variant, over bins that are equally wide on a logarithmic scale. */
import type { Comparison, DivergenceLine } from '../../compare/comparison.ts'
import { KL_BIN_EDGES } from '../../metrics/divergence/histogram.ts'
import { counted } from '../../text/count.ts'
import { lineName } from '../divergence-cells.ts'
import type { Html } from '../markup.ts'
import { AXIS_HEIGHT, horizontalAxis } from './axis.ts'
import { legend } from './legend.ts'
import type { ChartShape } from './retention-chart.ts'
import { bands, type Band, type LinearScale } from './scale.ts'
import { at, attributeText, chart, COLORS, element, line, seriesColor, text } from './svg.ts'
import { fittingText } from './text-width.ts'

const WIDTHS: Readonly<Record<ChartShape, number>> = { wide: 560, narrow: 350 }
const LABEL_HEIGHT = 18
const PANEL_HEIGHT = 84
/** Room for half a tick's label. */
const INSET = 22

/** The chart; null without divergences. Every panel has the same axes; `narrow` is for a phone. */
export function divergenceChart({ divergences, variants }: Pick<Comparison, 'divergences' | 'variants'>, shape: ChartShape = 'wide'): Html | null {
  if (divergences.length === 0) return null
  const width = WIDTHS[shape]
  const labels = variants.map(({ label }) => label)
  const [left, right] = [4, width - 4]
  const key = legend(labels, { left, top: 0, width: right - left })
  const panels = bands(
    divergences.map(() => LABEL_HEIGHT + PANEL_HEIGHT),
    { top: key.height + 10, gap: 10 },
  )
  const bottom = panels.at(-1)!.bottom
  const scale = logScale(left + INSET, right - INSET, shape)
  return chart(
    {
      id: `divergence-chart-${shape}`,
      title: 'KL divergence by task',
      description: `${counted(divergences.length, 'histogram')} of the KL divergence from the original, over scored positions; a line a variant.`,
      width,
      height: bottom + AXIS_HEIGHT,
    },
    [
      ...key.parts,
      ...horizontalAxis(scale, 'KL divergence in nats', { left, right, top: panels[0]!.top + LABEL_HEIGHT, bottom }),
      ...divergences.flatMap((each, index) => panel(each, panels[index]!, { scale, labels, width, most: mostShare(divergences) })),
    ],
  )
}

const TICKS: Readonly<Record<ChartShape, readonly number[]>> = { wide: [-6, -5, -4, -3, -2, -1, 0, 1], narrow: [-6, -4, -2, 0] }

/** Places of the bins: one more than edges, the first and the last half a decade wide like the others. */
function logScale(from: number, to: number, shape: ChartShape): LinearScale {
  const [low, high] = [-6.5, 1.5]
  const position = (exponent: number) => from + ((exponent - low) / (high - low)) * (to - from)
  return { position, ticks: TICKS[shape], tickText: (tick) => (tick < -3 ? `1e−${-tick}` : String(10 ** tick)) }
}

function mostShare(lines: readonly DivergenceLine[]): number {
  return Math.max(...lines.flatMap(({ cells }) => cells.flatMap((cell) => (cell ? cell.klHistogram.map((count) => count / cell.positionCount) : []))))
}

interface PanelPlace {
  readonly scale: LinearScale
  readonly labels: readonly string[]
  /** Of the chart. */
  readonly width: number
  /** The share that reaches the top. */
  readonly most: number
}

/** A task's name, a base line, and a stepped line a variant. */
function panel(each: DivergenceLine, { top, bottom }: Band, { scale, labels, width, most }: PanelPlace): Html[] {
  const { shown, size } = fittingText(lineName(each), width - 8)
  const heightOf = (share: number) => bottom - (share / most) * PANEL_HEIGHT
  const edges = [-6.5, ...KL_BIN_EDGES.map((edge) => Math.log10(edge)), 1.5].map(scale.position)
  return [
    text(4, top + LABEL_HEIGHT / 2, shown, { 'dominant-baseline': 'central', 'font-weight': 600, 'font-size': size }),
    line([edges[0]!, bottom], [edges.at(-1)!, bottom], { stroke: COLORS.line }),
    ...each.cells.flatMap((cell, series) => {
      if (!cell) return []
      const steps = cell.klHistogram.map((count, bin) => `V${attributeText(heightOf(count / cell.positionCount))}H${attributeText(edges[bin + 1]!)}`)
      const path = `M${at(edges[0]!, bottom)}${steps.join('')}V${attributeText(bottom)}`
      const title = `${lineName(each)}, ${labels[series]}: ${counted(cell.positionCount, 'position')}`
      return [element('path', { d: path, fill: 'none', stroke: seriesColor(series), 'stroke-width': 2 }, element('title', {}, title))]
    }),
  ]
}
