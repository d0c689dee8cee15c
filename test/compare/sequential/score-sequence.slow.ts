/** Wrong decisions of the bounds while items are drawn, by simulation. `scripts/simulate-gate.ts coverage` has more sets. */
import { describe, expect, test } from 'vitest'
import { firstCrossing } from '../../../src/compare/sequential/score-sequence.ts'
import { mulberry32 } from '../../../src/metrics/random.ts'
import { SCORE_SETS, scoreErrors, TEXT_SETS, textErrors } from './coverage.ts'

const ALPHA = 0.05

describe('scores at their limit: a side is wrong in at most 2.5 % of the sets', () => {
  test.each(SCORE_SETS.map((sets, index) => [sets.name, sets, index] as const))('%s', (_, sets, seed) => {
    const errors = scoreErrors(sets, { sets: 1000, alpha: ALPHA, random: mulberry32(seed), cross: firstCrossing })
    expect(errors.above).toBeLessThanOrEqual(ALPHA / 2)
    expect(errors.below).toBeLessThanOrEqual(ALPHA / 2)
  })
})

test('texts of uneven length: the ratio is outside the bounds of a side in at most 2.5 % of the sets', () => {
  const errors = textErrors(TEXT_SETS[1]!, { sets: 1000, alpha: ALPHA, seed: 1 })
  expect(errors.above).toBeLessThanOrEqual(ALPHA / 2)
  expect(errors.below).toBeLessThanOrEqual(ALPHA / 2)
  // The bounds are not so wide that none could be wrong.
  expect(errors.above + errors.below).toBeGreaterThan(0)
})
