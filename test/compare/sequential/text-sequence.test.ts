/** Bounds on a perplexity's ratio while texts are drawn. */
import { expect, test } from 'vitest'
import { firstTextCrossing, forecastTextCrossing, sequenceWidth, textBounds, type TextSequence } from '../../../src/compare/sequential/text-sequence.ts'
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

const many: TextSequence = { ...sequence, count: 5000 }
/** Texts whose losses alternate so widely that hundreds are needed. */
const wideTexts = (nats: number) =>
  Array.from({ length: 4999 }, (_, index): TextPair => [
    { logProb: -300, weight: 100 },
    { logProb: -(3 + nats + (index % 2 === 0 ? 0.3 : -0.3)) * 100, weight: 100 },
  ])

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

test('what is known once stays known, however many texts are drawn', () => {
  const { itemCount } = firstTextCrossing(many, wideTexts(0.05), 1.1)!
  expect(itemCount).toBeGreaterThan(128)
  for (const drawnCount of [itemCount - 1, itemCount, itemCount + 1, itemCount + 2, 2 * itemCount]) {
    const crossing = firstTextCrossing(many, wideTexts(0.05).slice(0, drawnCount), 1.1)
    expect(crossing).toEqual(drawnCount < itemCount ? null : { side: 'below', itemCount })
  }
  // Between two looks nothing is decided.
  const ends = Array.from({ length: 20 }, (_, index) => firstTextCrossing(many, wideTexts(0.05).slice(0, itemCount - 10 + index), 1.1)?.itemCount)
  expect(new Set(ends)).toEqual(new Set([undefined, itemCount]))
})

test('empty texts say nothing', () => {
  const empty: TextPair = [
    { logProb: 0, weight: 0 },
    { logProb: 0, weight: 0 },
  ]
  for (const name of ['word_perplexity', 'sentence_perplexity']) {
    const own: TextSequence = { metric: metricOf(name) as PerplexityMetric, count: 80, alpha: 0.05 }
    const [without, beside] = [textBounds({ ...own, count: 79 }, texts(79, 0.1)), textBounds(own, [...texts(79, 0.1), empty])]
    expect(beside.value).toBeCloseTo(without.value, 12)
  }
  expect(textBounds(sequence, [empty]).value).toBeNaN()
})

test.each([0.05, 0.08, 0.11, 0.14])('a forecast is right if the texts go on as they began: %d nats a word', (nats) => {
  const { itemCount } = firstTextCrossing(many, wideTexts(nats), 1.1)!
  const forecast = forecastTextCrossing(many, wideTexts(nats).slice(0, 64), 1.1)
  expect(itemCount).toBeGreaterThan(64)
  expect(forecast / itemCount).toBeGreaterThan(0.9)
  expect(forecast / itemCount).toBeLessThan(1.1)
})

test('a forecast before the first look is that of the first look, not the look itself', () => {
  const drawn = wideTexts(0.08)
  const early = forecastTextCrossing(many, drawn.slice(0, 40), 1.1)
  expect(early).toBeGreaterThan(100)
  expect(early / forecastTextCrossing(many, drawn.slice(0, 64), 1.1)).toBeCloseTo(1, 0)
  expect(forecastTextCrossing(many, drawn.slice(0, 40), 3)).toBe(64)
  expect(forecastTextCrossing({ ...many, count: 50 }, drawn.slice(0, 40), 1.1)).toBe(50)
})
