/** The closed forms of the merge rules, on 2 × 2 matrices of whole numbers. */
import { describe, expect, test } from 'vitest'
import type { Merged } from '../../src/prune/collapsed-layer.ts'
import { evaluatePublishedLoop, evaluateSum, layerSum, type MergeRule } from '../../src/prune/merge-rule.ts'

const LAYERS = [
  [1, 2, 3, 4],
  [10, 20, 30, 40],
  [5, -5, 7, 0],
  [2, 0, -8, 6],
  [100, 50, 0, 1],
].map((values) => Float32Array.from(values))
const valuesOf = (layer: number) => LAYERS[layer]!
const merge = (rule: MergeRule, merged: Merged) => [...evaluateSum(layerSum(rule, merged), valuesOf, new Float64Array(valuesOf(0).length).fill(NaN))]

const GROUP: Merged = { base: 0, followers: [1, 2] }
/** Layers 2, 3, 4 were merged first; then 0, 1 and that. */
const NESTED: Merged = { base: 0, followers: [1, { base: 2, followers: [3, 4] }] }
/** The base is itself a merge. */
const NESTED_BASE: Merged = { base: { base: 0, followers: [1, 2] }, followers: [3, 4] }

describe('telescope is the last follower', () => {
  test.each<[string, Merged, number[]]>([
    ['of a group', GROUP, [5, -5, 7, 0]],
    ['of a nested merge', NESTED, [100, 50, 0, 1]],
    ['whatever the base is', NESTED_BASE, [100, 50, 0, 1]],
  ])('%s', (_, merged, expected) => expect(merge('telescope', merged)).toEqual(expected))
})

describe('paper adds the differences to the base', () => {
  test.each<[string, Merged, number[], [number, number][]]>([
    [
      'W0 + (W1 - W0) + (W2 - W0)',
      GROUP,
      [14, 13, 34, 36],
      [
        [0, -1],
        [1, 1],
        [2, 1],
      ],
    ],
    [
      'W0 + (W1 - W0) + ((W2 + (W3 - W2) + (W4 - W2)) - W0)',
      NESTED,
      [106, 73, 12, 43],
      [
        [0, -1],
        [1, 1],
        [2, -1],
        [3, 1],
        [4, 1],
      ],
    ],
    [
      'with V = W0 + (W1 - W0) + (W2 - W0), V + (W3 - V) + (W4 - V)',
      NESTED_BASE,
      [88, 37, -42, -29],
      [
        [0, 1],
        [1, -1],
        [2, -1],
        [3, 1],
        [4, 1],
      ],
    ],
  ])('%s', (_, merged, expected, coefficients) => {
    expect(merge('paper', merged)).toEqual(expected)
    expect([...layerSum('paper', merged)]).toEqual(coefficients)
  })
})

describe('mean is that of the followers', () => {
  test.each<[string, Merged, number[]]>([
    ['(W1 + W2) / 2', GROUP, [7.5, 7.5, 18.5, 20]],
    ['(W1 + (W3 + W4) / 2) / 2', NESTED, [30.5, 22.5, 13, 21.75]],
    ['(W3 + W4) / 2', NESTED_BASE, [51, 25, -4, 3.5]],
  ])('%s', (_, merged, expected) => expect(merge('mean', merged)).toEqual(expected))
})

test('with one follower all rules agree', () => {
  for (const rule of ['telescope', 'paper', 'mean'] as const) expect([...layerSum(rule, { base: 3, followers: [4] })]).toEqual([[4, 1]])
})

test('the published loop rounds to bfloat16 twice a follower', () => {
  // torch 2.13.0: a, b, c = torch.tensor([[...]], dtype=torch.bfloat16); for k in (b, c): a = a + (k - a)
  const rows = [
    [1.0078125, 0.00390625, -3.015625, 100.5],
    [0.0003662109375, 1.9921875, 7.0625, -0.0034332275390625],
    [-2.40625, 0.000133514404296875, 1.5078125, 0.333984375],
  ].map((values) => Float32Array.from(values))
  const merged = evaluatePublishedLoop({ base: 0, followers: [1, 2] }, (layer) => rows[layer]!)
  expect([...merged]).toEqual([-2.40625, 0, 1.5, 0.333984375])
})
