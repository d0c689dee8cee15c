import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutPasses } from '../../src/plan/passes.ts'
import { buildTree, compareInputs } from '../../src/plan/token-tree.ts'

const treeOf = (inputs: readonly number[][]) =>
  buildTree(inputs.map((input) => ({ input: Int32Array.from(input), targets: Int32Array.of() })).sort(compareInputs))

test('a tree that fits is one pass without a past', () => {
  const tree = treeOf([[1, 2, 3]])
  expect(cutPasses(tree, 3)).toEqual([
    { tokenIds: tree.tokenIds, depths: tree.depths, subtreeEnds: tree.subtreeEnds, pastCount: 0, nextPast: new Int32Array(0), isLinear: true },
  ])
})

test('a pass keeps the path to the first token of the next', () => {
  const passes = cutPasses(
    treeOf([
      [1, 2, 3, 4, 5],
      [1, 2, 6, 7],
    ]),
    4,
  )
  expect(passes.map(({ tokenIds }) => [...tokenIds])).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 0],
  ])
  expect(passes.map(({ pastCount }) => pastCount)).toEqual([0, 4])
  expect([...passes[0]!.nextPast]).toEqual([0, 1, 2, 3])
  // 3, 4 and 5 end before 6, which sees 1 and 2 only.
  expect([...passes[1]!.subtreeEnds]).toEqual([8, 8, 5, 5, 5, 8, 8, 8])
  expect(passes.map(({ isLinear }) => isLinear)).toEqual([true, false])
})

test('the passes of a window are linear; another beginning ends that', () => {
  const linear = Array.from({ length: 10 }, (_, index) => index + 1)
  expect(cutPasses(treeOf([linear]), 4).map(({ isLinear, tokenIds }) => [isLinear, tokenIds.length])).toEqual([
    [true, 4],
    [true, 4],
    [true, 4],
  ])
  // The first pass sees all that is before each token, but the next one needs none of it.
  expect(
    cutPasses(
      treeOf([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      3,
    ).map(({ isLinear }) => isLinear),
  ).toEqual([false, true])
})

test('whatever the passes, each token is in one and sees its ancestors, in their order', () => {
  const inputs = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(inputs, fc.integer({ min: 1, max: 60 }), (list, passTokens) => {
      const tree = treeOf(list)
      const passes = cutPasses(tree, passTokens)
      expect(Math.max(...passes.map(({ tokenIds }) => tokenIds.length))).toBeLessThanOrEqual(passTokens)
      expect(new Set(passes.map(({ tokenIds }) => tokenIds.length)).size).toBe(1)
      expect(passes.flatMap(({ tokenIds }) => [...tokenIds]).slice(0, tree.tokenIds.length)).toEqual([...tree.tokenIds])
      let past: number[] = []
      let node = 0
      for (const { tokenIds, pastCount, subtreeEnds, nextPast } of passes) {
        expect(past).toHaveLength(pastCount)
        const all = [...past, ...tokenIds]
        for (let own = pastCount; own < all.length && node < tree.tokenIds.length; own++, node++) {
          const seen = all.filter((_, other) => other <= own && own < subtreeEnds[other]!)
          const ancestors = [...tree.tokenIds].filter((_, other) => other <= node && node < tree.subtreeEnds[other]!)
          expect(seen).toEqual(ancestors)
        }
        past = Array.from(nextPast, (place) => all[place]!)
      }
    }),
  )
})
