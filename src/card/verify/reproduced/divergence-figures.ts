/** A divergence of a card, measured again. */
import type { Comparison } from '../../../compare/comparison.ts'
import type { DivergenceRow } from '../../read/divergence-rows.ts'
import { PERCENT } from '../checked-cell.ts'
import { lineOfRow } from '../line-of-row.ts'
import { judged, missing, UNKNOWN, type ReproducedCell } from '../reproduced-cell.ts'

/** The figures of a row. */
export function divergenceFigures({ name, task, mean, median, p99, max, sameTop }: DivergenceRow, { divergences }: Comparison): ReproducedCell[] {
  const line = task === null ? divergences.find((candidate) => candidate.task === null || divergences.length === 1) : lineOfRow(divergences, { name, task })
  const cell = line?.cells[0]
  const figures = [
    [mean, cell?.kl.value, cell?.klInterval ?? UNKNOWN, ' nats'],
    [median, cell?.kl.median, UNKNOWN, ' nats'],
    [p99, cell?.kl.p99, UNKNOWN, ' nats'],
    [max, cell?.kl.max, UNKNOWN, ' nats'],
    [sameTop, cell ? cell.sameTop.value * PERCENT : undefined, (cell?.sameTopInterval ?? UNKNOWN).map((bound) => bound * PERCENT) as [number, number], ' %'],
  ] as const
  return figures.flatMap(([figure, value, interval, unit]) => {
    if (!figure) return []
    return [value === undefined ? missing(figure, `the runs have no divergence${task === null ? '' : ` of ${task}`}`) : judged(figure, value, interval, unit)]
  })
}
