/** Which layers go by a scan. */
import { expect, test } from 'vitest'
import { checkKeep, chooseLayers } from '../../../src/prune/scan/choose-layers.ts'

const unit = (first: number, last: number, value: number) => ({ first, last, value })

test('the units with the lowest values go until as many layers as asked stay; of equal ones the later', () => {
  const units = [unit(0, 0, 0.9), unit(1, 1, 0.1), unit(2, 2, 0.2), unit(3, 3, 0.1)]
  expect(chooseLayers(units, { layerCount: 4, keep: 3 })).toEqual([3])
  expect(chooseLayers(units, { layerCount: 4, keep: 1 })).toEqual([1, 2, 3])
})

test('a group goes whole, or not at all', () => {
  const units = [unit(0, 1, 0.3), unit(2, 3, 0.1), unit(4, 4, 0.2)]
  expect(chooseLayers(units, { layerCount: 5, keep: 2 })).toEqual([2, 3, 4])
  expect(() => chooseLayers(units, { layerCount: 5, keep: 1 })).toThrow(
    '--keep 1 is not reached: dropping 0–1, 2–3, 4 whole, the lowest first, leaves 2 of 5 layers',
  )
})

test('keeping all layers drops nothing', () => {
  expect(() => chooseLayers([unit(0, 0, 1)], { layerCount: 2, keep: 2 })).toThrow('--keep 2 drops nothing: the model has 2 layers')
})

test('what no choice of whole units leaves is known without values', () => {
  const pairs = [0, 2, 4].map((first) => ({ first, last: first + 1 }))
  for (const keep of [2, 4]) expect(() => checkKeep(pairs, { layerCount: 6, keep })).not.toThrow()
  expect(() => checkKeep(pairs, { layerCount: 6, keep: 3 })).toThrow('--keep 3 is not reached: no choice of 0–1, 2–3, 4–5 leaves 3 of 6 layers')
  expect(() => checkKeep(pairs, { layerCount: 6, keep: 3 })).toThrow(
    expect.objectContaining({ hint: 'Give --keep 4, or fewer layers at a time with --group.' }),
  )
  expect(() => checkKeep(pairs, { layerCount: 6, keep: 6 })).toThrow('--keep 6 drops nothing: the model has 6 layers')
  const withShort = [...pairs, { first: 6, last: 6 }]
  for (const keep of [1, 2, 3, 4, 5, 6]) expect(() => checkKeep(withShort, { layerCount: 7, keep })).not.toThrow()
  expect(() => checkKeep(pairs, { layerCount: 6, keep: 5 })).toThrow(
    expect.objectContaining({ hint: 'Give --keep 4, or fewer layers at a time with --group.' }),
  )
})
