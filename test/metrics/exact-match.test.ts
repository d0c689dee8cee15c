import { expect, test } from 'vitest'
import { exactMatch } from '../../src/metrics/exact-match.ts'
import { scoredChoices } from './choices.ts'

test('exact_match is a share, under its name in lm-eval', () => {
  expect(exactMatch).toMatchObject({ name: 'exact_match', comparedAs: 'accuracy', higherIsBetter: true, card: { type: 'exact_match', table: 'benchmarks' } })
})

test('an item matches if the model would have written a right choice', () => {
  const isGreedy = [false, true, false]
  expect(exactMatch.itemValue(scoredChoices([-1, -2, -3], { gold: [1], isGreedy }))).toBe(1)
  expect(exactMatch.itemValue(scoredChoices([-1, -2, -3], { gold: [0, 2], isGreedy }))).toBe(0)
})
