import { expect, test } from 'vitest'
import { sumTruncation } from '../../src/store/run-record.ts'

test('cut prompts of subsets add up, the longest cut is the longest of all', () => {
  const parts = [
    { requestCount: 8, itemCount: 2, mostTokensLost: 7 },
    { requestCount: 4, itemCount: 1, mostTokensLost: 1043 },
  ]
  expect(sumTruncation(parts)).toEqual({ requestCount: 12, itemCount: 3, mostTokensLost: 1043 })
  expect(sumTruncation([])).toEqual({ requestCount: 0, itemCount: 0, mostTokensLost: 0 })
})
