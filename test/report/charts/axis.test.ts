import { expect, test } from 'vitest'
import { horizontalAxis } from '../../../src/report/charts/axis.ts'
import { linearScale } from '../../../src/report/charts/scale.ts'

test('an axis has a line and a label for each tick, and its title in the middle', () => {
  const scale = linearScale([0, 100], { from: 10, to: 110, tickCount: 2 })
  const axis = horizontalAxis(scale, 'percent', { left: 0, right: 120, top: 5, bottom: 50 })
    .map(({ html }) => html)
    .join('\n')
  expect(axis.match(/<line x1="(?:10|60|110)" y1="5" [^>]*y2="54"/gu)).toHaveLength(3)
  expect([...axis.matchAll(/<text x="(\d+)"[^>]*>([^<]*)/gu)].map(([, x, text]) => [x, text])).toEqual([
    ['10', '0'],
    ['60', '50'],
    ['110', '100'],
    ['60', 'percent'],
  ])
})
