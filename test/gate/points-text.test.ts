import { expect, test } from 'vitest'
import { changeRangeText, changeText } from '../../src/gate/points-text.ts'

test.each([
  [5, 'loss of 5.0 points'],
  [-20, 'gain of 20.0 points'],
  [0, '0.0 points'],
  [-0.04, '0.0 points'],
])('%d points lost: %s', (lost, words) => expect(changeText(lost)).toBe(words))

test.each([
  [[2, 8], 'loss of 2.0 to 8.0'],
  [[-58.5, 26.9], 'gain of 58.5 to loss of 26.9'],
  [[-8, -2], 'gain of 2.0 to 8.0'],
  [[0, 3], 'loss of 0.0 to 3.0'],
  [[-3, 0], 'gain of 0.0 to 3.0'],
  [[0, 0], '0.0 to 0.0'],
] as const)('points lost of %o: %s', (interval, words) => expect(changeRangeText(interval)).toBe(words))
