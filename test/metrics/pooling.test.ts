import { expect, test } from 'vitest'
import { pooledMean, pooledStandardError } from '../../src/metrics/pooling.ts'
import { GOLDEN } from './golden.ts'

test('57 subjects of two items pool as lm-eval 0.4.13 pools them: 3 all right, 28 half right', () => {
  const subject = (count: number, score: number, standardError: number) => Array.from({ length: count }, () => ({ itemCount: 2, score, standardError }))
  const parts = [...subject(3, 1, 0), ...subject(28, 0.5, 0.5), ...subject(26, 0, 0)]
  expect(pooledMean(parts)).toBe(0.2982456140350877)
  expect(pooledStandardError(parts)).toBeCloseTo(0.04641668966779983, 15)
})

test('a larger task weighs more', () => {
  expect(
    pooledMean([
      { itemCount: 3, score: 1, standardError: 0 },
      { itemCount: 1, score: 0, standardError: 0 },
    ]),
  ).toBe(0.75)
})

test.each(GOLDEN.groups)('groups pool as lm-eval 0.4.13 pools them, by items or all tasks alike', ({ parts, items, tasks }) => {
  expect([pooledMean(parts), pooledStandardError(parts)]).toEqual(items.map((value) => expect.closeTo(value, 12)))
  expect([pooledMean(parts, 'tasks'), pooledStandardError(parts, 'tasks')]).toEqual(tasks.map((value) => expect.closeTo(value, 12)))
})
