/** Intervals of perplexity changes: against statsmodels' weighted least squares with HC3 (statistics.golden.json), and closed cases. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { LEAST_TEXTS, logRatioOfMeans, natsChange, type TextPair } from '../../src/compare/text-interval.ts'

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'statistics.golden.json'), 'utf8')) as {
  readonly texts: readonly {
    readonly weights: readonly number[]
    readonly original: readonly number[]
    readonly variant: readonly number[]
    readonly nats: readonly [number, number]
  }[]
}

test.each(golden.texts.map((texts) => [texts.weights.length, texts] as const))('of %d texts is that of HC3 with half the degrees of freedom', (_, texts) => {
  const pairs = texts.weights.map((weight, index): TextPair => [
    { logProb: texts.original[index]!, weight },
    { logProb: texts.variant[index]!, weight },
  ])
  natsChange(pairs).interval!.forEach((bound, index) => expect(bound).toBeCloseTo(texts.nats[index]!, 9))
})

describe('closed cases', () => {
  const equal = (count: number, nats: number) =>
    Array.from({ length: count }, (): TextPair => [
      { logProb: -300, weight: 100 },
      { logProb: -300 - nats * 100, weight: 100 },
    ])

  test('fewer than ten texts have no interval', () => {
    expect(natsChange(equal(LEAST_TEXTS - 1, 0.1))).toEqual({ value: expect.closeTo(0.1, 12) as number, interval: null, deviation: null })
    expect(natsChange(equal(LEAST_TEXTS, 0.1)).interval).not.toBeNull()
  })

  test('texts that change alike are known to the accuracy of a log-likelihood, no better', () => {
    const [low, high] = natsChange(equal(10, 0.1)).interval!
    expect(high - low).toBeGreaterThan(1e-4)
    expect(high - low).toBeLessThan(1e-3)
  })

  test('a ratio of means of texts of one size is the logarithm of the ratio', () => {
    const { value, interval } = logRatioOfMeans(Array.from({ length: 12 }, (_, index) => [2 + index / 10, 3 + index / 7]))
    expect(value).toBeCloseTo(Math.log((3 + 5.5 / 7) / (2 + 0.55)), 12)
    expect(interval![0]).toBeLessThan(value)
    expect(interval![1]).toBeGreaterThan(value)
  })

  test('a loss that is not a number has no interval', () => {
    const texts = equal(12, 0.1)
    expect(
      natsChange([
        ...texts,
        [
          { logProb: -300, weight: 100 },
          { logProb: -Infinity, weight: 100 },
        ],
      ]).interval,
    ).toBeNull()
  })
})
