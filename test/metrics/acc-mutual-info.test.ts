import { expect, test } from 'vitest'
import { accMutualInfo } from '../../src/metrics/acc-mutual-info.ts'
import { scoredChoices } from './choices.ts'

test('acc_mutual_info subtracts the log-likelihood of the choice without its context', () => {
  // −1 + 0.5 and −2 + 5.
  expect(accMutualInfo.itemValue(scoredChoices([-1, -2], { gold: [1], unconditionalLogProbs: [-0.5, -5] }))).toBe(1)
})
