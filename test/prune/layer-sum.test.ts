import { expect, test } from 'vitest'
import { spansText, spanText, sumText } from '../../src/prune/layer-sum.ts'

test.each([
  [[[27, 1]], '27'],
  [
    [
      [17, -1],
      [18, 1],
      [19, 1],
    ],
    '−1 × 17 + 18 + 19',
  ],
  [
    [
      [3, 0.5],
      [4, 0.5],
    ],
    '0.5 × 3 + 0.5 × 4',
  ],
  [
    [
      [3, 1],
      [4, -1],
      [5, -0.33333333],
    ],
    '3 − 4 − 0.3333 × 5',
  ],
])('%j', (terms, text) => expect(sumText(terms.map(([layer, coefficient]) => ({ layer: layer!, coefficient: coefficient! })))).toBe(text))

test('neighbors become spans', () => {
  expect([spanText(3, 3), spanText(17, 26)]).toEqual(['3', '17–26'])
  expect([[], [4], [3, 5, 8, 9, 10], [0, 1]].map(spansText)).toEqual(['', '4', '3, 5, 8–10', '0–1'])
})
