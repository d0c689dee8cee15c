/** Bounds on a perplexity's ratio while texts are drawn. */
import { expect, test } from 'vitest'
import { firstTextCrossing, sequenceWidth, textBounds, type TextSequence } from '../../../src/compare/sequential/text-sequence.ts'
import type { TextPair } from '../../../src/compare/text-interval.ts'
import type { PerplexityMetric } from '../../../src/metrics/metric.ts'
import { metricOf } from '../../../src/metrics/registry.ts'

const sequence: TextSequence = { metric: metricOf('word_perplexity') as PerplexityMetric, count: 100, alpha: 0.05 }
/** Texts that lose `nats` per word, a little more and less by turns. */
const texts = (count: number, nats: number) =>
  Array.from({ length: count }, (_, index): TextPair => {
    const weight = 100 + 10 * (index % 7)
    return [
      { logProb: -3 * weight, weight },
      { logProb: -(3 + nats + 0.01 * (index % 2 === 0 ? 1 : -1)) * weight, weight },
    ]
  })

test('half the width is that of theorem 2.2 (arXiv:2103.06476)', () => {
  // By hand: ρ² = (−2 ln 0.05 + ln(1 − 2 ln 0.05)) ÷ 20 = 0.39661, tρ² + 1 = 8.93, √(2 · 8.93 ÷ (400 · 0.39661) · ln(√8.93 ÷ 0.05)).
  expect(sequenceWidth(20, { alpha: 0.05, bestAt: 20 })).toBeCloseTo(0.679, 2)
  expect(sequenceWidth(80, { alpha: 0.05, bestAt: 20 })).toBeLessThan(sequenceWidth(20, { alpha: 0.05, bestAt: 20 }))
})

test('fewer than 64 texts have no bounds, and all texts are exact', () => {
  expect(textBounds(sequence, texts(63, 0.1)).interval).toBeNull()
  expect(textBounds(sequence, texts(64, 0.1)).interval).not.toBeNull()
  const all = textBounds(sequence, texts(100, 0.1))
  expect(all.interval).toEqual([all.value, all.value])
  expect(textBounds({ ...sequence, count: 1 }, texts(1, 0.1)).interval).not.toBeNull()
})

test('a clear change is decided from 64 texts on, one at the limit only by all', () => {
  expect(firstTextCrossing(sequence, texts(99, 0.02), 1.1)).toEqual({ side: 'below', itemCount: 64 })
  expect(firstTextCrossing(sequence, texts(99, 0.3), 1.1)).toEqual({ side: 'above', itemCount: 64 })
  expect(firstTextCrossing(sequence, texts(63, 0.3), 1.1)).toBeNull()
  expect(firstTextCrossing(sequence, texts(99, Math.log(1.1)), 1.1)).toBeNull()
})
