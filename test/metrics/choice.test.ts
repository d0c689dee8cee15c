import { expect, test } from 'vitest'
import { choiceMetric } from '../../src/metrics/choice.ts'

const answers = (...logProbs: number[]) => logProbs.map((logProb) => ({ logProb, isGreedy: false, tokenCount: 1 }))

test('acc takes the first of equals', () => {
  expect(choiceMetric('acc', { choices: ['a', 'b'], gold: 0 }, answers(-1, -1))).toBe(1)
  expect(choiceMetric('acc', { choices: ['a', 'b'], gold: 1 }, answers(-1, -1))).toBe(0)
})

test('acc_norm divides by code points, so an emoji counts once', () => {
  // −2 ÷ 1 against −3 ÷ 2; by UTF-16 units it would be −1 against −1.5.
  expect(choiceMetric('acc_norm', { choices: ['👍', 'ab'], gold: 1 }, answers(-2, -3))).toBe(1)
})

test('acc_bytes divides by UTF-8 bytes', () => {
  expect(choiceMetric('acc_bytes', { choices: ['👍', 'ab'], gold: 0 }, answers(-2, -3))).toBe(1)
})

test('acc_mutual_info takes away what the choice has without its question', () => {
  expect(choiceMetric('acc_mutual_info', { choices: ['a', 'b'], gold: 1 }, answers(-1, -2, -0.5, -5))).toBe(1)
})
