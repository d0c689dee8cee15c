/** A divergence of a card, measured again. */
import type { Comparison } from '../../../compare/comparison.ts'
import { count } from '../../../text/count.ts'
import type { DivergenceRow } from '../../read/divergence-rows.ts'
import type { Printed } from '../../read/printed-cell.ts'
import { PERCENT, placeOf } from '../checked-cell.ts'
import { lineOfRow } from '../line-of-row.ts'
import { judged, missing, UNKNOWN, type Measured, type ReproducedCell } from '../reproduced-cell.ts'
import { limitsOf } from './item-counts.ts'

/** The figures of a row. */
export function divergenceFigures(row: DivergenceRow, comparison: Comparison): ReproducedCell[] {
  const { divergences } = comparison
  const { name, task, positions, mean, meanInterval, median, p99, max, sameTop, sameTopInterval } = row
  const line = task === null ? divergences.find((candidate) => candidate.task === null || divergences.length === 1) : lineOfRow(divergences, { name, task })
  const cell = line?.cells[0]
  const printed = [positions, mean, median, p99, max, sameTop].filter((figure) => figure !== null)
  if (!cell) return printed.map((figure) => missing(figure, `the runs have no divergence${task === null ? '' : ` of ${task}`}`))
  const { positionCount, kl, klInterval } = cell
  const isSame = !positions || positions.value === positionCount
  const nats = (figure: Printed | null, value: number) => (figure ? [judged(figure, { value, interval: UNKNOWN, unit: ' nats' })] : [])
  const [low, high] = cell.sameTopInterval ?? UNKNOWN
  const same: Measured = { value: cell.sameTop.value * PERCENT, interval: [low * PERCENT, high * PERCENT], unit: ' %' }
  return [
    ...(positions ? [positionCell(positions, positionCount, limitsOf(comparison).length > 0)] : []),
    judged(mean, { value: kl.value, interval: klInterval ?? UNKNOWN, unit: ' nats' }, isSame ? meanInterval : null),
    ...nats(median, kl.median),
    ...nats(p99, kl.p99),
    ...nats(max, kl.max),
    ...(sameTop ? [judged(sameTop, same, isSame ? sameTopInterval : null)] : []),
  ]
}

/** The table does not say whether it is of a whole split, so fewer positions of limited runs decide nothing. */
function positionCell(figure: Printed, positionCount: number, areLimited: boolean): ReproducedCell {
  if (areLimited && positionCount < figure.value) return missing(figure, `the runs have ${count(positionCount)}, by their limit`)
  return { ...placeOf(figure), verdict: figure.value === positionCount ? 'equal' : 'different', measured: count(positionCount) }
}
