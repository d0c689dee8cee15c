import { expect, test } from 'vitest'
import { boundsChart, type BoundsPoint } from '../../../src/report/charts/bounds-chart.ts'

const point = (items: number, value: number, half: number | null): BoundsPoint => ({
  items,
  value,
  interval: half === null ? null : [value - half, value + half],
})
const draw = (points: readonly BoundsPoint[], decidedAfter: number | null = null, shape: 'wide' | 'narrow' = 'wide') =>
  boundsChart({ id: 'c', title: 'piqa', unit: 'retention', limit: 0.9, points, decidedAfter }, shape)?.html

test('a single point with bounds is a number, not a path', () => {
  expect(draw([point(8, 1, 0.1)])).toBeUndefined()
  expect(draw([point(8, 1, null), point(16, 1, null), point(64, 1, 0.1)])).toBeUndefined()
})

test('points without bounds are left out, and the description says from where to where', () => {
  const html = draw([point(8, 1, null), point(64, 0.95, 0.2), point(1000, 0.96, 0.02)], 600)
  expect(html).toContain('The bounds after 64 to 1,000 items, decided after 600; the dashed line is the limit.')
})

test('what is far outside is cut at the edge, so every point is within the picture', () => {
  const html = draw([point(8, 1, 100), point(500, 0.95, 0.02), point(1000, 0.96, 0.01)], null, 'narrow')!
  const [, outline] = /<path d="M([^"]+)z"/u.exec(html)!
  for (const pair of outline!.split('L')) {
    const [x, y] = pair.split(/[ ,]/u).map(Number)
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x).toBeLessThanOrEqual(360)
    expect(y).toBeGreaterThanOrEqual(24)
    expect(y).toBeLessThanOrEqual(204)
  }
})
