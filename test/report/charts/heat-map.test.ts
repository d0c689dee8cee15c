/** The heat map of a layer scan. */
import { convert } from 'xmlbuilder2'
import { expect, test } from 'vitest'
import { heatMap, type HeatScale } from '../../../src/report/charts/heat-map.ts'

const scale: HeatScale = { name: 'points lost', color: 'damage', most: 0.4, format: (value) => value.toFixed(2) }
const cell = (value: number, isCertain = false) => ({ value, isCertain, title: `loss ${value}` })
const drawn = (columns: readonly string[], cells: readonly ReturnType<typeof cell>[]) =>
  heatMap({ id: 'map', title: 'Map', description: '', columns, columnTitle: 'layer', rows: [{ label: 'a <task>', scale, cells }] }).html

test('a cell is as dark as the square root of its value, gains in another color, certain ones with a dot', () => {
  const svg = drawn(['0', '1', '2'], [cell(0.4, true), cell(0.1), cell(-0.1)])
  expect(() => convert(svg)).not.toThrow()
  const cells = [...svg.matchAll(/<g><rect [^>]*fill="([^"]+)" fill-opacity="([^"]+)"[^>]*>/gu)].map(([, fill, opacity]) => [fill, opacity])
  expect(cells.map(([, opacity]) => opacity)).toEqual(['1', '0.5', '0.5'])
  expect(cells[0]![0]).toBe(cells[1]![0])
  expect(cells[2]![0]).not.toBe(cells[1]![0])
  expect(svg.match(/<circle/gu)).toHaveLength(1)
  expect(svg).toContain('a &lt;task&gt;')
})

test('columns are labeled as densely as there is room', () => {
  const labelsOf = (count: number) =>
    drawn(
      Array.from({ length: count }, (_, index) => String(index)),
      Array.from({ length: count }, () => cell(0)),
    ).match(/font-size="11">\d+<\/text>/gu)!.length
  expect(labelsOf(30)).toBe(30)
  expect(labelsOf(300)).toBeLessThan(100)
})
