/** The chart of a report: retention by task with its interval, and what guessing would retain. */
import type { TopLevelSpec } from 'vega-lite'
import type { Comparison } from '../../compare/comparison.ts'

/** SVG without outside references; null where no line has a retention. Colours are the page's own, by CSS variables. */
export async function retentionChart({ accuracies, variants }: Comparison): Promise<string | null> {
  const points = accuracies.flatMap(({ task, original, chance, cells }) =>
    cells.flatMap((cell, index) =>
      cell?.retention == null
        ? []
        : [
            {
              task,
              variant: variants[index]!.label,
              retention: cell.retention * 100,
              low: (cell.retentionInterval?.[0] ?? cell.retention) * 100,
              // Few items have an upper bound far to the right, which would leave no room for the rest.
              high: Math.min(cell.retentionInterval?.[1] ?? cell.retention, Math.max(MOST_RETENTION, cell.retention)) * 100,
              chance: chance && original.value > 0 ? (chance.baseline / original.value) * 100 : null,
            },
          ],
    ),
  )
  if (points.length === 0) return null
  // Loaded here: no other command needs them, and they take as long to load as all the rest.
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  const view = new View(parse(compile(chartSpec(points)).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  // The renderer takes no variables, so it is given stand-ins.
  return svg.replaceAll('#010203', 'currentColor').replaceAll('#040506', 'var(--line)')
}

/** Where the chart cuts an interval. */
const MOST_RETENTION = 1.5

const INK = '#010203'
const LINE = '#040506'
const COLOURS = ['#2f7fd6', '#d9822b', '#3f9b58', '#a45fc0', '#c8484e', '#8a7a3a']

function chartSpec(points: readonly object[]): TopLevelSpec {
  const row = { field: 'task', type: 'nominal', sort: null, title: null } as const
  const offset = { field: 'variant', type: 'nominal', sort: null } as const
  const colour = { field: 'variant', type: 'nominal', sort: null, title: null, scale: { range: COLOURS }, legend: { orient: 'top' } } as const
  return {
    data: { values: [...points] },
    width: 560,
    height: Math.max(90, points.length * 30),
    background: 'transparent',
    layer: [
      {
        mark: { type: 'rule', color: LINE, strokeDash: [3, 3] },
        data: { values: [{ retention: 100 }] },
        encoding: { x: { field: 'retention', type: 'quantitative' } },
      },
      {
        mark: { type: 'tick', color: INK, thickness: 2, size: 18, opacity: 0.55 },
        transform: [{ filter: 'datum.chance !== null' }],
        encoding: { x: { field: 'chance', type: 'quantitative' }, y: row },
      },
      {
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.55 },
        encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' }, y: row, yOffset: offset, color: colour },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          x: {
            field: 'retention',
            type: 'quantitative',
            title: 'retention in percent, 95 % interval; grey ticks: what guessing retains',
            scale: { zero: false, padding: 12 },
          },
          y: row,
          yOffset: offset,
          color: colour,
        },
      },
    ],
    config: {
      font: 'system-ui, sans-serif',
      view: { stroke: null },
      axis: {
        labelColor: INK,
        titleColor: INK,
        titleFontWeight: 'normal',
        gridColor: LINE,
        gridOpacity: 0.35,
        domainColor: LINE,
        tickColor: LINE,
        labelFontSize: 12,
        titleFontSize: 12,
        labelLimit: 200,
      },
      legend: { labelColor: INK, titleColor: INK, labelFontSize: 12, labelLimit: 200 },
    },
  }
}
