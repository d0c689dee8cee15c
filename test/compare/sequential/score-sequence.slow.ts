/** Wrong decisions of the bounds while items are drawn, by simulation: finite sets at their limit, in random orders. */
import { expect, test } from 'vitest'
import { firstCrossing } from '../../../src/compare/sequential/score-sequence.ts'
import { mulberry32 } from '../../../src/metrics/random.ts'
import { errorsAtLimit, populationOf, type PopulationShape } from './simulated-populations.ts'

const SETS = 1000
const ALPHA = 0.05

/** Shapes of benchmarks and of what pruning and quantizing do to them, and the ends of what is possible. */
const SHAPES: readonly (PopulationShape & { readonly name: string })[] = [
  { name: 'accuracy 0.5, many flips', count: 400, baseline: 0.5, lost: 0.2, gained: 0.15 },
  { name: 'accuracy 0.5, few flips', count: 400, baseline: 0.5, lost: 0.02, gained: 0.01 },
  { name: 'accuracy 0.8, as quantizing', count: 1000, baseline: 0.8, lost: 0.05, gained: 0.03 },
  { name: 'accuracy 0.8, as pruning', count: 1000, baseline: 0.8, lost: 0.35, gained: 0.05 },
  { name: 'accuracy 1, rarely lost', count: 500, baseline: 1, lost: 0.01, gained: 0 },
  { name: 'accuracy near 0, some gained', count: 500, baseline: 0.03, lost: 0.01, gained: 0.05 },
  { name: 'few items', count: 20, baseline: 0.7, lost: 0.3, gained: 0.1 },
]

test.each(SHAPES.map(({ name, ...shape }, index) => [name, shape, index] as const))('%s: a side is wrong in at most 2.5 %% of the sets', (_, shape, seed) => {
  const errors = errorsAtLimit(() => populationOf(shape), { sets: SETS, alpha: ALPHA, random: mulberry32(seed), cross: firstCrossing })
  expect(errors.above).toBeLessThanOrEqual(ALPHA / 2)
  expect(errors.below).toBeLessThanOrEqual(ALPHA / 2)
})
