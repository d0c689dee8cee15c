/** Points of accuracy in words. A policy counts points lost, in which a gain is negative; readers take a sign for the opposite. */
import type { Interval } from '../compare/comparison.ts'
import { fixed } from '../report/numbers.ts'

/** `loss of 5.0 points`, or `gain of 20.0 points` for −20 points lost. */
export function changeText(lost: number): string {
  const [kind, points] = partsOf(lost)
  return kind === 'none' ? `${points} points` : `${kind} of ${points} points`
}

/** `loss of 2.0 to 8.0`, or `gain of 58.5 to loss of 26.9`, in points. */
export function changeRangeText([low, high]: Interval): string {
  const [[lowKind, lowPoints], [highKind, highPoints]] = [partsOf(low), partsOf(high)]
  if (lowKind === 'gain' && highKind === 'loss') return `gain of ${lowPoints} to loss of ${highPoints}`
  if (lowKind === 'gain') return `gain of ${highPoints} to ${lowPoints}`
  return highKind === 'loss' ? `loss of ${lowPoints} to ${highPoints}` : `${lowPoints} to ${highPoints}`
}

function partsOf(lost: number): readonly ['gain' | 'loss' | 'none', string] {
  const points = fixed(Math.abs(lost), 1)
  return [Number(points) === 0 ? 'none' : lost < 0 ? 'gain' : 'loss', points]
}
