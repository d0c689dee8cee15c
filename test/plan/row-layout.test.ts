import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layOutRows } from '../../src/plan/row-layout.ts'
import { buildTree, compareInputs } from '../../src/plan/token-tree.ts'

const treeOf = (inputs: readonly number[][]) => buildTree(inputs.map((input) => ({ input: Int32Array.from(input) })).sort(compareInputs))
const linearTree = (length: number) => treeOf([Array.from({ length }, (_, index) => index)])

test('one short row holds a small tree', () => {
  expect(
    layOutRows(
      treeOf([
        [1, 2],
        [1, 3],
      ]),
      1000,
    ),
  ).toEqual({
    chunks: [
      { rowCount: 1, queryCount: 3, keyCount: 3, queries: Int32Array.of(0, 1, 2), keys: Int32Array.of(0, 1, 2), keySubtreeEnds: Int32Array.of(3, 2, 3) },
    ],
    querySlots: Int32Array.of(0, 1, 2),
  })
})

test('a long window passes in chunks, each within the pairs that are allowed', () => {
  const { chunks } = layOutRows(linearTree(8192), 2 ** 22)
  expect(chunks.length).toBeGreaterThan(1)
  for (const { rowCount, queryCount, keyCount } of chunks) expect(rowCount * queryCount * keyCount).toBeLessThanOrEqual(2 ** 22)
  // Without padding it would be half of 8,192 × 8,192.
  const pairs = chunks.reduce((sum, { rowCount, queryCount, keyCount }) => sum + rowCount * queryCount * keyCount, 0)
  expect(pairs).toBeLessThan((1.2 * (8192 * 8192)) / 2)
})

test('if not even a shortest row is allowed, each has a chunk of its own', () => {
  const { chunks } = layOutRows(linearTree(100), 1)
  expect(chunks.map(({ rowCount, queryCount, keyCount }) => [rowCount, queryCount, keyCount])).toEqual([
    [1, 32, 32],
    [1, 32, 64],
    [1, 32, 96],
    [1, 32, 100],
  ])
})

test('each token is asked once and sees exactly its ancestors and itself', () => {
  const inputs = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(inputs, fc.integer({ min: 1, max: 50_000 }), (list, mostPairs) => {
      const tree = treeOf(list)
      const { chunks, querySlots } = layOutRows(tree, mostPairs)
      const slots = chunks.flatMap(({ queries, queryCount, keyCount, keys, keySubtreeEnds }) =>
        [...queries].map((query, index) => {
          const row = Math.floor(index / queryCount) * keyCount
          const seen = keys.slice(row, row + keyCount).filter((key, column) => key <= query && query < keySubtreeEnds[row + column]!)
          return { query, seen: [...seen.sort()] }
        }),
      )
      expect(new Set(querySlots).size).toBe(tree.tokenIds.length)
      for (let node = 0; node < tree.tokenIds.length; node++) {
        const ancestors = [...tree.tokenIds.keys()].filter((key) => key <= node && node < tree.subtreeEnds[key]!)
        expect(slots[querySlots[node]!]).toEqual({ query: node, seen: ancestors })
      }
    }),
    { numRuns: 60 },
  )
})
