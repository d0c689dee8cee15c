import { expect, test } from 'vitest'
import { accBytes } from '../../src/metrics/acc-bytes.ts'
import { scoredChoices } from './choices.ts'

test('acc_bytes divides by UTF-8 bytes', () => {
  // −2 ÷ 4 and −3 ÷ 2.
  expect(accBytes.itemValue(scoredChoices([-2, -3], { choices: ['👍', 'ab'], gold: [0] }))).toBe(1)
})
