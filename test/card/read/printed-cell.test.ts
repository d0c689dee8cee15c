import { expect, test } from 'vitest'
import { itemCountOf, printed, printedInterval, type Cell } from '../../../src/card/read/printed-cell.ts'

const cell = (text: string): Cell => ({ table: '', row: '', column: '', line: 1, text })

test.each([
  ['79.54%', 79.54, 0.005, 2],
  ['−1.5 points', -1.5, 0.05, 1],
  ['1,838', 1838, 0.5, 0],
  ['1.2e-3 nats', 0.0012, 5e-5, 1],
])('%s is %d, known to ±%d', (text, value, slack, digits) => {
  const number = printed(cell(text))!
  expect(number).toMatchObject({ value, digits })
  expect(number.slack).toBeCloseTo(slack, 12)
})

test('a cell of words has no number', () => expect(printed(cell('not reported'))).toBeNull())

test('an interval has two ends; beyond 999 the upper one is open', () => {
  expect(printedInterval(cell('96.1 [93.0, 98.5]'))).toMatchObject({ low: { value: 93 }, high: { value: 98.5 } })
  expect(printedInterval(cell('[12, > 999]'))!.high.value).toBe(Infinity)
  expect(printedInterval(cell('96.1'))).toBeNull()
})

test('items may be some of a split', () => {
  expect(itemCountOf(cell('5 of 1,838 (limit 5)'))).toEqual({ ...cell('5 of 1,838 (limit 5)'), count: 5, of: 1838, limit: 5 })
  expect(itemCountOf(cell('4 of 8 (limit 5, limit 0.5, common items)'))).toEqual({
    ...cell('4 of 8 (limit 5, limit 0.5, common items)'),
    count: 4,
    of: 8,
    limit: 0.5,
  })
  expect(itemCountOf(cell('1,838'))).toEqual({ ...cell('1,838'), count: 1838, of: null, limit: null })
})
