import { expect, test } from 'vitest'
import { acc } from '../../src/metrics/acc.ts'
import { scoredChoices } from './choices.ts'

test('acc picks the likeliest choice, however long', () => {
  expect(acc.itemValue(scoredChoices([-2, -3], { choices: ['a', 'a much longer choice'], gold: [0] }))).toBe(1)
})
