/** Numbers of layers against each other. */
import type { CardContext } from '../card-context.ts'
import { attribute, checked, PERCENT, roundsTo, type CheckedCell } from '../checked-cell.ts'

/** Layers removed and compression, if the card has both numbers of layers. */
export function layerCells({ figures }: CardContext): CheckedCell[] {
  const [original] = attribute(figures, 'original layers')
  const [pruned] = attribute(figures, 'pruned layers')
  if (!original || !pruned) return []
  const removed = original.value - pruned.value
  const share = (removed / original.value) * PERCENT
  return [
    ...attribute(figures, 'layers removed').map((cell) => checked(cell, 'original − pruned', cell.value === removed, String(removed))),
    ...attribute(figures, 'compression', 'final compression').map((cell) =>
      checked(cell, 'removed ÷ original', roundsTo(cell, share), `${share.toFixed(1)} %`),
    ),
    ...attribute(figures, 'layers').map((cell) => checked(cell, 'pruned layers', cell.value === pruned.value, String(pruned.value))),
    checked(pruned, 'fewer than the original', pruned.value < original.value, `below ${original.value}`),
  ]
}
