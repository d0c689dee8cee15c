/** Figures of a divergence against each other: what no two distributions can give is wrong. */
import type { DivergenceRow } from '../../read/divergence-rows.ts'
import type { CardContext } from '../card-context.ts'
import { checked, isAtMost, isInside, PERCENT, roundsTo, type CheckedCell } from '../checked-cell.ts'

/** Every row's figures. */
export function divergenceCells({ figures: { divergences } }: CardContext): CheckedCell[] {
  return divergences.flatMap((row) => [meanCell(row), ...orderCells(row), ...sameTopCells(row)])
}

/** A divergence is at least 0, at most its maximum, and inside its interval. */
function meanCell({ mean, meanInterval, max }: DivergenceRow): CheckedCell {
  const isPossible = mean.value >= 0 && (!max || isAtMost(mean, max)) && (!meanInterval || isInside(mean, meanInterval))
  return checked(mean, 'between 0 and the maximum, and inside its interval', isPossible, max ? `0 to ${max.text}` : '0 or more')
}

/** Percentiles do not fall. */
function orderCells({ median, p99, max }: DivergenceRow): CheckedCell[] {
  const figures = [median, p99, max].filter((figure) => figure !== null)
  return figures
    .slice(1)
    .map((figure, index) => checked(figure, `at least the ${figures[index]!.column}`, isAtMost(figures[index]!, figure), `at least ${figures[index]!.text}`))
}

/** A share of positions is a count of them; it is all of them if all divergences are 0. */
function sameTopCells({ sameTop, sameTopInterval, positions, max }: DivergenceRow): CheckedCell[] {
  if (!sameTop) return []
  const isShare = sameTop.value >= 0 && sameTop.value <= PERCENT && (!sameTopInterval || isInside(sameTop, sameTopInterval))
  const whole = max?.value === 0 && max.text === '0'
  const cells = [checked(sameTop, 'a share, inside its interval', isShare && (!whole || sameTop.value === PERCENT), whole ? '100 %' : '0 to 100 %')]
  if (!positions) return cells
  const equal = Math.round((sameTop.value / PERCENT) * positions.value)
  const nearest = (equal / positions.value) * PERCENT
  return [...cells, checked(sameTop, 'a count of positions', roundsTo(sameTop, nearest), `${nearest.toFixed(sameTop.digits)}%, ${equal} of ${positions.text}`)]
}
