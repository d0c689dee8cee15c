import { expect, test } from 'vitest'
import { choiceProbabilities } from '../../src/metrics/choice-probabilities.ts'

test('probabilities add up to one, however small they are', () => {
  expect(choiceProbabilities([Math.log(0.2), Math.log(0.6)])).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)])
  expect(choiceProbabilities([-2000, -2000])).toEqual([0.5, 0.5])
})
