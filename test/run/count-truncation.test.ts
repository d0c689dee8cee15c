import { expect, test } from 'vitest'
import { countTruncation } from '../../src/run/count-truncation.ts'

const item = (requestCount: number) => ({
  requests: Array.from({ length: requestCount }, () => ({ kind: 'continuation', context: '', continuation: '' }) as const),
})

test('requests are counted one by one, items once, and the most that one request lost', () => {
  const cut = new Map([
    [1, 7],
    [2, 3],
    [5, 1],
  ])
  expect(countTruncation([item(2), item(2), item(2)], cut)).toEqual({ requestCount: 3, itemCount: 3, mostTokensLost: 7 })
  expect(countTruncation([item(3), item(3)], cut)).toEqual({ requestCount: 3, itemCount: 2, mostTokensLost: 7 })
})

test('requests of later items keep their index in the task', () => {
  expect(countTruncation([item(2)], new Map([[4, 9]]), 4)).toEqual({ requestCount: 1, itemCount: 1, mostTokensLost: 9 })
  expect(countTruncation([item(2)], new Map([[4, 9]]))).toEqual({ requestCount: 0, itemCount: 0, mostTokensLost: 0 })
})
