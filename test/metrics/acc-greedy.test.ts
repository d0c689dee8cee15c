import { expect, test } from 'vitest'
import { accGreedy } from '../../src/metrics/acc-greedy.ts'

test('a continuation is right if the model would have written it, however likely it is', () => {
  expect(accGreedy.itemValue({ logProb: -9, isGreedy: true })).toBe(1)
  expect(accGreedy.itemValue({ logProb: -0.1, isGreedy: false })).toBe(0)
})
