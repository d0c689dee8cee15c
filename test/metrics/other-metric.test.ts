import { expect, test } from 'vitest'
import { otherMetric } from '../../src/metrics/other-metric.ts'

test('an unknown metric is the mean of its items, has no direction, and is not compared', () => {
  const bleu = otherMetric('bleu')
  expect(bleu).toMatchObject({ name: 'bleu', comparedAs: null, higherIsBetter: null })
  expect(bleu.aggregate([12.5, 31, 7.25])).toBeCloseTo(50.75 / 3, 12)
  // scipy 1.17.1: stats.sem([12.5, 31, 7.25]).
  expect(bleu.standardError([12.5, 31, 7.25], { seed: 0 })).toBeCloseTo(7.202912219682013, 12)
})
