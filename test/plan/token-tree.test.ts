import { expect, test } from 'vitest'
import { buildTree, compareInputs, lastNodes, longestInput, sharedLength, trieSize } from '../../src/plan/token-tree.ts'

const run = (...ids: number[]) => ({ input: Int32Array.from(ids) })
const sorted = [run(1), run(1, 2, 3), run(1, 2, 4), run(5)]

test('sequences that begin alike share nodes, in preorder', () => {
  expect(trieSize(sorted)).toBe(5)
  const tree = buildTree(sorted)
  expect({ ...tree, tokenIds: [...tree.tokenIds], depths: [...tree.depths], subtreeEnds: [...tree.subtreeEnds] }).toEqual({
    tokenIds: [1, 2, 3, 4, 5],
    depths: [0, 1, 2, 2, 0],
    subtreeEnds: [4, 4, 3, 4, 5],
    ends: [0, 2, 3, 4],
  })
  expect(longestInput(tree)).toBe(3)
  expect(lastNodes(tree, 3, 3)).toEqual([0, 1, 3])
})

test('a sequence is before those that continue it', () => {
  expect([run(5), run(1, 2, 4), run(1), run(1, 2, 3)].toSorted(compareInputs)).toEqual(sorted)
  expect([sharedLength(run(1, 2), run(1, 2, 3)), sharedLength(run(1), run(2))]).toEqual([2, 0])
})
