import { expect, test } from 'vitest'
import { accNorm } from '../../src/metrics/acc-norm.ts'
import { scoredChoices } from './choices.ts'

test('acc_norm divides by code points, so an emoji counts once', () => {
  // −2 ÷ 1 and −3 ÷ 2; by UTF-16 units it would be −1 and −1.5.
  expect(accNorm.itemValue(scoredChoices([-2, -3], { choices: ['👍', 'ab'], gold: [1] }))).toBe(1)
})
