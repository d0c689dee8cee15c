import { expect, test } from 'vitest'
import { accNorm } from '../../src/metrics/acc-norm.ts'
import { preferenceAccuracy } from '../../src/metrics/preferred-choice.ts'
import { scoredChoices } from './choices.ts'

const metric = preferenceAccuracy({ name: 'by_log_likelihood', preference: ({ logProbs }, index) => logProbs[index]! })

test.each([
  [[-1, -2], 0, 1],
  [[-1, -2], 1, 0],
  // The first of equal choices wins, as numpy's argmax in lm-eval.
  [[-1, -1], 0, 1],
  [[-1, -1], 1, 0],
  [[-3, -1, -1], 1, 1],
  [[-3, -1, -1], 2, 0],
])('of choices with log-likelihoods %j, %i being right gives %i', (logProbs, gold, value) => {
  expect(metric.itemValue(scoredChoices(logProbs, { gold: [gold] }))).toBe(value)
})

test('an item is tied if several choices are best, not if others are equal', () => {
  expect(metric.isTied(scoredChoices([-1, -2, -1]))).toBe(true)
  expect(metric.isTied(scoredChoices([-1, -2, -2]))).toBe(false)
})

test('what is tied is what the metric compares: -1 of one character and -2 of two', () => {
  expect(accNorm.isTied(scoredChoices([-1, -2], { choices: ['a', 'bb'] }))).toBe(true)
})

test('the score is the share of right items, printed in percent', () => {
  expect(metric.aggregate([1, 0, 1, 1])).toBe(0.75)
  expect(metric.format(0.64, 0.034)).toBe('64.00 % ± 3.40')
  expect(metric.format(0.64, NaN)).toBe('64.00 %')
})
