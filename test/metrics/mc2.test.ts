import { expect, test } from 'vitest'
import { mc2 } from '../../src/metrics/mc2.ts'
import { scoredChoices } from './choices.ts'
import { goldenCases } from './golden.ts'

test.each(goldenCases('mc2', true))('it is $score, as lm-eval’s acc of truthfulqa_mc2', ({ items, score, standardError }) => {
  const values = items.map((item) => mc2.itemValue(item))
  expect(mc2.aggregate(values)).toBeCloseTo(score, 12)
  expect(mc2.standardError(values, { seed: 1 })).toBeCloseTo(standardError!, 12)
})

test('choices that are all very unlikely have a share all the same', () => {
  expect(mc2.itemValue(scoredChoices([-1000, -1000], { gold: [1] }))).toBe(0.5)
})
