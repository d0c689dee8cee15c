/** What a layer scan leaves out. */
import { expect, test } from 'vitest'
import { layersOf, scanUnits, unitText } from '../../../src/prune/scan/scan-units.ts'

const spans = (...args: Parameters<typeof scanUnits>) => scanUnits(...args).map(unitText)

test('each layer is a unit, or so many adjacent ones; the last of a run may have fewer', () => {
  expect(spans(3, { group: 1 })).toEqual(['0', '1', '2'])
  expect(spans(7, { group: 3 })).toEqual(['0–2', '3–5', '6'])
})

test('units are of the named layers only, and never span a gap', () => {
  expect(spans(12, { group: 1, layers: new Set([9, 2]) })).toEqual(['2', '9'])
  expect(spans(12, { group: 2, layers: new Set([1, 2, 3, 6, 7]) })).toEqual(['1–2', '3', '6–7'])
  expect(layersOf(scanUnits(36, { group: 10, layers: new Set([17, 18, 19, 20, 21, 22, 23, 24, 25, 26]) }))).toEqual([17, 18, 19, 20, 21, 22, 23, 24, 25, 26])
})

test.each([
  [1, { group: 1 }, 'the model has one layer, which cannot be left out'],
  [4, { group: 4 }, '--group 4 would leave out all 4 layers at once'],
  [4, { group: 99 }, '--group 99 would leave out all 4 layers at once'],
  [4, { group: 1, layers: new Set([4]) }, '--layers names layer 4, the model has layers 0 to 3'],
])('of %i layers, %o is refused', (layerCount, options, message) => {
  expect(() => scanUnits(layerCount, options)).toThrow(message)
})
