import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distinctSequences } from '../../src/plan/distinct-sequences.ts'
import type { Sequence } from '../../src/plan/sequence.ts'

const sequence = (input: readonly number[], targets: readonly number[], sumsExactly?: true): Sequence => ({
  input: Int32Array.from(input),
  targets: Int32Array.from(targets),
  ...(sumsExactly && { sumsExactly }),
})

test('equal tokens are one sequence; other targets, other inputs and other sums are others', () => {
  const distinct = distinctSequences()
  const asked = [sequence([1, 2], [2]), sequence([1, 2], [3]), sequence([1, 2], [2]), sequence([1], [2]), sequence([1, 2], [2], true), sequence([1], [2])]
  expect(asked.map((each) => distinct.indexOf(each))).toEqual([0, 1, 0, 2, 3, 2])
  expect(distinct.sequences).toHaveLength(4)
})

test('the input of neighbors is held once', () => {
  const distinct = distinctSequences()
  distinct.indexOf(sequence([1, 2], [2]))
  distinct.indexOf(sequence([1, 2], [3]))
  expect(distinct.sequences[1]!.input).toBe(distinct.sequences[0]!.input)
})

test('each index leads to the tokens that were asked', () => {
  const tokens = fc.array(fc.nat(2), { maxLength: 3 })
  fc.assert(
    fc.property(fc.array(fc.tuple(tokens, tokens)), (asked) => {
      const distinct = distinctSequences()
      const indices = asked.map(([input, targets]) => distinct.indexOf(sequence(input, targets)))
      const keys = asked.map((each) => JSON.stringify(each))
      const found = indices.map((index) => JSON.stringify([[...distinct.sequences[index]!.input], [...distinct.sequences[index]!.targets]]))
      expect(found).toEqual(keys)
      expect(distinct.sequences).toHaveLength(new Set(keys).size)
    }),
  )
})
