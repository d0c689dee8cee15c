/** Divergences as rows beside those of scores, with all their digits. */
import type { Comparison, DivergenceCell } from '../compare/comparison.ts'
import { lineName } from './divergence-cells.ts'
import type { Records } from './formats/report-format.ts'

/** What a row of a divergence has in the column of metrics. */
const METRIC = 'mean_kl'

/** Nats; shares and changes of probability from 0 to 1. Intervals are of 95 %. */
const COLUMNS: Readonly<Record<string, (cell: DivergenceCell) => number | null>> = {
  positions: ({ positionCount }) => positionCount,
  mean_kl_low: ({ klInterval }) => klInterval && klInterval[0],
  mean_kl_high: ({ klInterval }) => klInterval && klInterval[1],
  kl_median: ({ kl }) => kl.median,
  kl_p90: ({ kl }) => kl.p90,
  kl_p95: ({ kl }) => kl.p95,
  kl_p99: ({ kl }) => kl.p99,
  kl_p999: ({ kl }) => kl.p999,
  kl_max: ({ kl }) => kl.max,
  same_top: ({ sameTop }) => sameTop.value,
  same_top_low: ({ sameTopInterval }) => sameTopInterval && sameTopInterval[0],
  same_top_high: ({ sameTopInterval }) => sameTopInterval && sameTopInterval[1],
  mean_change_of_p: ({ probability }) => probability.meanChange,
  rms_change_of_p: ({ probability }) => probability.rmsChange,
  log_p_correlation: ({ logProbCorrelation }) => logProbCorrelation,
  choices_js: ({ choices }) => choices && choices.value,
}

/** The same records with a row for each task and variant that has a divergence, and its columns at the end; unchanged if there is none. */
export function withDivergences(records: Records, { divergences, variants }: Pick<Comparison, 'divergences' | 'variants'>): Records {
  if (divergences.length === 0) return records
  const own = Object.values(COLUMNS)
  const rows = divergences.flatMap((line) =>
    line.cells.flatMap((cell, variant) => {
      if (!cell) return []
      const lead: Readonly<Record<string, string | number | null>> = {
        task: lineName(line),
        metric: METRIC,
        items: cell.itemCount,
        model: variants[variant]!.label,
        score: cell.kl.value,
        standard_error: cell.kl.standardError,
        compared_items: cell.itemCount,
      }
      return [[...records.columns.map((column) => lead[column] ?? null), ...own.map((valueOf) => valueOf(cell))]]
    }),
  )
  return {
    columns: [...records.columns, ...Object.keys(COLUMNS)],
    rows: [...records.rows.map((row) => [...row, ...own.map(() => null)]), ...rows],
  }
}
