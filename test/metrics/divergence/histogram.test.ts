import { expect, test } from 'vitest'
import { KL_BIN_EDGES, klHistogram } from '../../../src/metrics/divergence/histogram.ts'

test('a bin begins with its lower bound, and the first and last have everything beyond', () => {
  expect(KL_BIN_EDGES).toHaveLength(15)
  expect(KL_BIN_EDGES[0]).toBe(1e-6)
  expect(KL_BIN_EDGES.at(-1)).toBe(10)
  const counts = klHistogram([0, 1e-7, 1e-6, 2e-6, 0.5, 10, 99])
  expect(counts).toEqual([2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2])
})
