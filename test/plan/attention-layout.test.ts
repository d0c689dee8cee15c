import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layOutAttention } from '../../src/plan/attention-layout.ts'
import { buildTree, compareInputs } from '../../src/plan/token-tree.ts'

const treeOf = (inputs: readonly number[][]) =>
  buildTree(inputs.map((input) => ({ input: Int32Array.from(input), targets: Int32Array.of() })).sort(compareInputs))

test('one short row holds a small tree', () => {
  expect(
    layOutAttention(
      treeOf([
        [1, 2],
        [1, 3],
      ]),
    ),
  ).toEqual({
    groupCount: 1,
    rowCount: 1,
    queryCount: 3,
    keyCount: 3,
    queries: Int32Array.of(0, 1, 2),
    keys: Int32Array.of(0, 1, 2),
    keyCounts: [3],
    querySlots: Int32Array.of(0, 1, 2),
  })
})

test('a long window goes through in blocks of queries against the keys before them', () => {
  const { groupCount, rowCount, queryCount, keyCounts } = layOutAttention(treeOf([Array.from({ length: 4096 }, (_, index) => index)]))
  expect(groupCount * rowCount * queryCount).toBe(4096)
  expect(queryCount).toBeLessThanOrEqual(512)
  expect(keyCounts.at(0)!).toBeLessThan(keyCounts.at(-1)!)
  expect(keyCounts.at(-1)).toBe(4096)
})

test('the longer the window, the shorter the blocks: scores of one block are bounded', () => {
  for (const length of [8192, 32_768]) {
    const { rowCount, queryCount, keyCount } = layOutAttention(treeOf([Array.from({ length }, (_, index) => index)]))
    expect(rowCount * queryCount * keyCount).toBe(2 ** 20)
  }
})

test('each token is asked once, and its row has the keys of all its ancestors', () => {
  const inputs = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(inputs, (list) => {
      const tree = treeOf(list)
      const { queries, keys, keyCounts, querySlots, queryCount, keyCount, rowCount } = layOutAttention(tree)
      for (let node = 0; node < tree.tokenIds.length; node++) {
        const slot = querySlots[node]!
        expect(queries[slot]).toBe(node)
        const row = Math.floor(slot / queryCount)
        const visible = keys.slice(row * keyCount, row * keyCount + keyCounts[Math.floor(row / rowCount)]!)
        const seen = [...visible].filter((key) => key <= node && node < (tree.exits[key] ?? -1))
        const ancestors = [...tree.tokenIds.keys()].filter((key) => key <= node && node < tree.exits[key]!)
        expect(seen.toSorted((a, b) => a - b)).toEqual(ancestors)
      }
    }),
    { numRuns: 60 },
  )
})
