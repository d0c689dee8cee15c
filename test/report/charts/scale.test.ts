import { expect, test } from 'vitest'
import { bands, linearScale } from '../../../src/report/charts/scale.ts'

test('a linear scale begins and ends at round numbers and contains every value', () => {
  const scale = linearScale([61.3, 97.2, 104.9], { from: 0, to: 100, tickCount: 5 })
  expect(scale.ticks).toEqual([60, 70, 80, 90, 100, 110])
  expect([60, 85, 110].map(scale.position)).toEqual([0, 50, 100])
})

test('a single value is in the middle', () => {
  expect(linearScale([100], { from: 20, to: 40 }).position(100)).toBe(30)
})

test.each([
  [[0, 1], 0.5, '0.5'],
  [[-0.03, 0.03], -0.01, '−0.01'],
  [[0, 5000], 2000, '2000'],
])('ticks over %j have the digits of their step: %d is %s', (values, tick, text) => {
  expect(linearScale(values, { from: 0, to: 1 }).tickText(tick)).toBe(text)
})

test('bands follow each other with a gap', () => {
  expect(bands([20, 40], { top: 10, gap: 5 })).toEqual([
    { top: 10, bottom: 30, middle: 20 },
    { top: 35, bottom: 75, middle: 55 },
  ])
})
