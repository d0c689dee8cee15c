/** The page's section on next-token distributions. */
import type { Comparison } from '../../compare/comparison.ts'
import { divergenceChart } from '../charts/divergence-chart.ts'
import { divergenceRows, type DivergenceRow } from '../divergence-cells.ts'
import { markup, type Html } from '../markup.ts'
import { dataTable, headCell, numberCell, variantCell, withDetail, type Cell } from './table.ts'

/** Histograms and a table; nothing if no run compared distributions. */
export function divergenceSection(comparison: Comparison): Html {
  const [wide, narrow] = [divergenceChart(comparison, 'wide'), divergenceChart(comparison, 'narrow')]
  if (wide === null || narrow === null) return markup``
  const columns = [
    'task',
    'variant',
    ...['mean KL', 'median', '99 %', 'max', 'same top', 'Δp, RMS', 'r (log p)', 'JS of choices'].map((number) => ({ number })),
  ]
  return markup`<section>
    <h2>Divergence from ${comparison.original.label}</h2>
    <figure>
      <div class="chart wide-page half-page">${wide}</div>
      <div class="chart narrow-page">${narrow}</div>
      <figcaption>
        Scored positions by their KL divergence, on a logarithmic scale; the first bin has everything below 1e−6 nats. All panels have the same height for
        the same share of positions.
      </figcaption>
    </figure>
    ${dataTable('Next-token distributions at scored positions; KL in nats, Δp in points.', columns, divergenceRows(comparison).map(rowOf))}
  </section>`
}

function rowOf({ task, variant, figures }: DivergenceRow): Cell[] {
  const { positions, meanKl, median, p99, max, sameTop, probability, correlation, choices } = figures
  const numbers = [meanKl, median, p99, max, sameTop, probability, correlation, choices].map((figure) => numberCell(figure))
  return [headCell(withDetail(task, `${positions} positions`)), variantCell(variant), ...numbers]
}
