/** Mean, least and largest similarity against the list of individual ones. */
import type { Card } from '../../read/read-card.ts'
import type { CardContext } from '../card-context.ts'
import { attribute, checked, ROUNDING, type CheckedCell } from '../checked-cell.ts'

/** Half of the list's last printed digit: how far the mean of rounded values is from the mean of the values. */
const LIST_SLACK = 0.000_05

/** The threshold and the three statistics, if the card lists the individual similarities. */
export function similarityCells({ card, figures }: CardContext): CheckedCell[] {
  const values = listedSimilarities(card)
  if (values === null) return []
  const average = values.reduce((sum, value) => sum + value, 0) / values.length
  const statistics = [
    { name: 'average', value: average, slack: LIST_SLACK },
    { name: 'min', value: Math.min(...values), slack: 0 },
    { name: 'max', value: Math.max(...values), slack: 0 },
  ]
  const limit = `below ${average.toFixed(4)}, or the last merge would have been rejected`
  return [
    ...attribute(figures, 'threshold (t)').map((cell) => checked(cell, 'below the average similarity', cell.value < average + LIST_SLACK, limit)),
    ...statistics.flatMap(({ name, value, slack }) =>
      attribute(figures, name).map((cell) =>
        checked(cell, `${name} of the individual similarities`, Math.abs(cell.value - value) <= cell.slack + slack + ROUNDING, value.toFixed(4)),
      ),
    ),
  ]
}

/** Null if the card has no list. */
function listedSimilarities({ prose }: Card): number[] | null {
  const list = prose.map(({ text }) => /individual similarities:?\s*\[?([−\-\d.,\s]+)/iu.exec(text)?.[1]).find((found) => found !== undefined)
  return list === undefined ? null : [...list.matchAll(/[−-]?\d+(?:\.\d+)?/gu)].map(([number]) => Number(number.replace('−', '-')))
}
