/** Expected values are NumPy 2.4.6's (quantile, corrcoef) and those of the linearized ratio estimator written out in NumPy. */
import { expect, test } from 'vitest'
import { clusteredMean, divergenceFigures } from '../../../src/metrics/divergence/figures.ts'

const ITEMS = [
  { kl: [0.5, 0.1], isSameTop: [true, true], original: [-1, -2], variant: [-1.2, -1.7], choices: 0.2 },
  { kl: [0.02], isSameTop: [false], original: [-0.5], variant: [-0.6], choices: 0.1 },
  { kl: [0.3, 0, 0.07, 1.2], isSameTop: [true, true, true, false], original: [-3], variant: [-4], choices: null },
]

test('means are over positions, their standard errors over items', () => {
  const figures = divergenceFigures(ITEMS)!
  expect(figures).toMatchObject({ itemCount: 3, positionCount: 7 })
  expect(figures.kl.value).toBeCloseTo(0.31285714285714283, 12)
  expect(figures.kl.standardError).toBeCloseTo(0.07584509301273737, 12)
  expect(figures.sameTop.value).toBeCloseTo(0.7142857142857143, 12)
  expect(figures.sameTop.standardError).toBeCloseTo(0.16198477414681167, 12)
})

test('percentiles are linear between neighbors', () => {
  const { median, p90, p95, p99, p999, max } = divergenceFigures(ITEMS)!.kl
  const expected = [0.1, 0.78, 0.99, 1.158, 1.1958, 1.2]
  ;[median, p90, p95, p99, p999, max].forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 12))
})

test('right tokens: mean and RMS change of the probability, and the correlation of log-probabilities', () => {
  const { probability, logProbCorrelation } = divergenceFigures(ITEMS)!
  expect(probability.tokenCount).toBe(4)
  expect(probability.meanChange).toBeCloseTo(-0.027131860385213757, 12)
  expect(probability.rmsChange).toBeCloseTo(0.0524659705682742, 12)
  expect(logProbCorrelation).toBeCloseTo(0.9532580479377539, 12)
})

test('choices are a mean over items that have some', () => {
  expect(divergenceFigures(ITEMS)!.choices).toEqual({ itemCount: 2, value: expect.closeTo(0.15, 12), standardError: expect.closeTo(0.05, 12) })
  expect(divergenceFigures([ITEMS[2]!])!.choices).toBeNull()
})

test('one item gives no standard error, and no position no figures', () => {
  expect(divergenceFigures([ITEMS[1]!])).toMatchObject({ kl: { value: 0.02, standardError: null }, sameTop: { standardError: null }, logProbCorrelation: null })
  expect(divergenceFigures([{ kl: [], isSameTop: [], original: [], variant: [], choices: 0 }])).toBeNull()
  expect(clusteredMean([{ sum: 3, count: 4 }])).toEqual({ value: 0.75, standardError: null })
})
