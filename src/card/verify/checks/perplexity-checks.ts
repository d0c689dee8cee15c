/** Ratios of perplexities against the two that they are of, and their intervals. */
import { isSameMeasure } from '../../read/perplexity-rows.ts'
import type { CardContext } from '../card-context.ts'
import { canBeQuotient, checked, isInside, type CheckedCell } from '../checked-cell.ts'

/** Every ratio. */
export function perplexityCells({ figures: { perplexities } }: CardContext): CheckedCell[] {
  return perplexities.flatMap((row) => {
    const { perplexity, ratio, ratioInterval } = row
    if (!ratio) return []
    // The first row of a measure is the original's, so there is one.
    const original = perplexities.find((candidate) => isSameMeasure(candidate, row))!.perplexity
    const expected = `${(perplexity.value / original.value).toFixed(2)}×`
    const quotient = checked(ratio, 'perplexity ÷ original', canBeQuotient(ratio, perplexity, original, 1), expected)
    return ratioInterval ? [quotient, checked(ratio, 'within its interval', isInside(ratio, ratioInterval), 'between the bounds')] : [quotient]
  })
}
