import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layOutAttention } from '../../src/plan/attention-layout.ts'
import { cutPasses, wholePass } from '../../src/plan/passes.ts'
import { buildTree, compareInputs } from '../../src/plan/token-tree.ts'

const treeOf = (inputs: readonly number[][]) =>
  buildTree(inputs.map((input) => ({ input: Int32Array.from(input), targets: Int32Array.of() })).sort(compareInputs))

const linear = (length: number) => Array.from({ length }, (_, index) => index)

test('one short row holds a small tree', () => {
  expect(
    layOutAttention([
      wholePass(
        treeOf([
          [1, 2],
          [1, 3],
        ]),
      ),
    ]),
  ).toEqual({
    passCount: 1,
    groupCount: 1,
    groupCounts: [1],
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
  const { groupCount, rowCount, queryCount, keyCounts } = layOutAttention([wholePass(treeOf([linear(4096)]))])
  expect(groupCount * rowCount * queryCount).toBe(4096)
  expect(queryCount).toBeLessThanOrEqual(512)
  expect(keyCounts.at(0)!).toBeLessThan(keyCounts.at(-1)!)
  expect(keyCounts.at(-1)).toBe(4096)
})

test('the longer the window, the shorter the blocks: scores of one block are bounded', () => {
  for (const length of [8192, 16_384]) {
    const { rowCount, queryCount, keyCount } = layOutAttention([wholePass(treeOf([linear(length)]))])
    expect(rowCount * queryCount * keyCount).toBe(2 ** 20)
  }
})

test('a pass has rows for its own tokens only, and a linear one may have none', () => {
  const passes = cutPasses(treeOf([linear(300)]), 100)
  const { groupCounts, queries } = layOutAttention(passes)
  expect(groupCounts.every((count) => count > 0)).toBe(true)
  expect(Math.max(...queries)).toBe(99)
  expect(layOutAttention(passes, { skipsLinearPasses: true }).groupCounts).toEqual([0, 0, 0])
})

test('each token is asked once, and its row has the keys of all its ancestors', () => {
  const inputs = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(inputs, fc.integer({ min: 3, max: 400 }), (list, passTokens) => {
      const passes = cutPasses(treeOf(list), passTokens)
      const { queries, keys, keyCounts, querySlots, queryCount, keyCount, rowCount, groupCount, groupCounts } = layOutAttention(passes)
      const rowsOfPass = groupCount * rowCount
      for (const [pass, { tokenIds, pastCount, subtreeEnds }] of passes.entries()) {
        for (let own = 0; own < tokenIds.length; own++) {
          const node = pastCount + own
          const slot = querySlots[pass * tokenIds.length + own]!
          expect(queries[pass * rowsOfPass * queryCount + slot]).toBe(own)
          const row = Math.floor(slot / queryCount)
          const group = Math.floor(row / rowCount)
          expect(group).toBeLessThan(groupCounts[pass]!)
          const start = (pass * rowsOfPass + row) * keyCount
          const listed = keys.slice(start, start + keyCounts[pass * groupCount + group]!)
          const seen = [...listed].filter((key) => key <= node && node < (subtreeEnds[key] ?? -1))
          const ancestors = [...subtreeEnds.keys()].filter((key) => key <= node && node < subtreeEnds[key]!)
          expect(seen.toSorted((a, b) => a - b)).toEqual(ancestors)
        }
      }
    }),
    { numRuns: 60 },
  )
})
