import { expect, test } from 'vitest'
import { pairItems } from '../../src/compare/pair-items.ts'
import type { StoredItem } from '../../src/store/stored-run.ts'

const item = (docId: number, promptHash: string, targetHash = 't'): StoredItem => ({ docId, promptHash, targetHash, target: '', values: {}, requests: [] })
const ids = (items: readonly StoredItem[]) => items.map(({ docId }) => docId)

test('items are paired by prompt and target, whatever their rows', () => {
  const { pairs, onlyInOriginal, onlyInVariant } = pairItems([item(0, 'a'), item(1, 'b'), item(2, 'c')], [item(7, 'b'), item(9, 'a'), item(8, 'c', 'other')])
  expect(pairs.map(ids)).toEqual([
    [0, 9],
    [1, 7],
  ])
  expect([ids(onlyInOriginal), ids(onlyInVariant)]).toEqual([[2], [8]])
})

test('equal items are paired in the order of their rows', () => {
  expect(pairItems([item(5, 'a'), item(3, 'a')], [item(2, 'a'), item(1, 'a')]).pairs.map(ids)).toEqual([
    [3, 1],
    [5, 2],
  ])
})
