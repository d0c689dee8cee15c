import { expect, test } from 'vitest'
import { count, counted } from '../../src/text/count.ts'

test('a count has commas between thousands', () => {
  expect(count(14_042)).toBe('14,042')
})

test.each([
  [0, '0 items'],
  [1, '1 item'],
  [14_042, '14,042 items'],
])('%d items are counted as %s', (value, text) => {
  expect(counted(value, 'item')).toBe(text)
})

test('an irregular plural is given', () => {
  expect(counted(1, 'item has', 'items have')).toBe('1 item has')
  expect(counted(2, 'item has', 'items have')).toBe('2 items have')
})
