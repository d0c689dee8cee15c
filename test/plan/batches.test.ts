import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planBatches } from '../../src/plan/batches.ts'
import type { Sequence } from '../../src/plan/sequence.ts'

const sequence = (input: number[], targets: number[]): Sequence => ({ input: Int32Array.from(input), targets: Int32Array.from(targets) })

test('two choices behind one context are one tree, and a position that both score is scored once', () => {
  // Context 5 6; choices 7 8 and 7 9.
  const plan = planBatches([sequence([5, 6, 7], [7, 8]), sequence([5, 6, 7], [7, 9])], 100)
  expect(plan).toEqual({
    tokensDistinct: 3,
    tokensComputed: 3,
    batches: [
      {
        tree: { tokenIds: Int32Array.of(5, 6, 7), depths: Int32Array.of(0, 1, 2), subtreeEnds: Int32Array.of(3, 3, 3), ends: [2, 2] },
        scored: Int32Array.of(1, 2),
        targetColumns: 2,
        targets: Int32Array.of(7, 0, 8, 9),
        members: [
          { sequence: 0, slots: Int32Array.of(0, 2) },
          { sequence: 1, slots: Int32Array.of(0, 3) },
        ],
        sumsExactly: false,
      },
    ],
  })
})

test('a batch sums exactly if one of its sequences asks for it', () => {
  const plan = planBatches([sequence([1, 2], [2, 3]), { ...sequence([5, 6], [6, 7]), sumsExactly: true }], 2)
  expect(plan.batches.map(({ members, sumsExactly }) => [members[0]!.sequence, sumsExactly])).toEqual([
    [0, false],
    [1, true],
  ])
})

test('diverging choices are siblings below their context', () => {
  const { batches } = planBatches([sequence([1, 2, 9], [9, 4]), sequence([1, 2, 3], [3, 4])], 100)
  expect(batches[0]!.tree).toEqual({
    tokenIds: Int32Array.of(1, 2, 3, 9),
    depths: Int32Array.of(0, 1, 2, 2),
    subtreeEnds: Int32Array.of(4, 4, 3, 4),
    ends: [2, 3],
  })
  expect(batches[0]!.members.map(({ sequence: index }) => index)).toEqual([1, 0])
})

test('choices behind a prompt that is longer than the budget are asked at once', () => {
  const prompt = Array.from({ length: 10 }, (_, index) => index)
  const { batches, tokensComputed } = planBatches(
    [1, 2, 3, 4].map((choice) => sequence(prompt, [choice])),
    5,
  )
  expect(batches).toHaveLength(1)
  expect(tokensComputed).toBe(10)
})

test('a batch is cut at a point with few shared tokens, near the budget', () => {
  const sequences = [sequence([1, 1, 1, 1], [0]), sequence([1, 1, 1, 2], [0]), sequence([2, 1, 1, 1], [0]), sequence([2, 1, 1, 2], [0])]
  expect(planBatches(sequences, 6).batches.map(({ tree }) => [...tree.tokenIds])).toEqual([
    [1, 1, 1, 1, 2],
    [2, 1, 1, 1, 2],
  ])
})

test('a batch whose beginning the next one would repeat grows, as far as it may', () => {
  const shots = Array.from({ length: 32 }, (_, token) => token)
  const questions = Array.from({ length: 24 }, (_, question) => sequence([...shots, 100 + question], [0]))
  const others = Array.from({ length: 24 }, (_, question) => sequence([200 + question], [0]))
  const sizes = (most: number) => planBatches([...questions, ...others], 36, most).batches.map(({ tree }) => tree.tokenIds.length)
  expect(sizes(36)).toEqual([36, 36, 36, 36, 36, 36, 24])
  // With room for all that begins alike nothing is repeated; what shares nothing keeps to the usual budget.
  expect(sizes(144)).toEqual([72, 8])
})

test('more targets at one place than columns take another row', () => {
  const targets = Array.from({ length: 11 }, (_, token) => token + 50)
  const [batch] = planBatches(
    targets.map((token) => sequence([3], [token])),
    10,
  ).batches
  expect([...batch!.scored]).toEqual([0, 0])
  expect(batch!.targetColumns).toBe(8)
  expect(batch!.members.map(({ slots }) => batch!.targets[slots[0]!])).toEqual(targets)
})

const anySequence = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 }))
  .map(([input, targets]) => sequence(input, targets.slice(0, input.length)))

describe('for any sequences and budget', () => {
  const work = fc.tuple(fc.array(anySequence, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 }))

  test('each sequence is in one batch, and its slots hold its targets at its own positions', () => {
    fc.assert(
      fc.property(work, ([sequences, budget]) => {
        const { batches } = planBatches(sequences, budget)
        const members = batches.flatMap((batch) => batch.members.map((member) => ({ batch, ...member })))
        expect(members.map((member) => member.sequence).sort((a, b) => a - b)).toEqual(sequences.map((_, index) => index))
        for (const { batch, sequence: index, slots } of members) {
          const { input, targets } = sequences[index]!
          expect([...slots].map((slot) => batch.targets[slot])).toEqual([...targets])
          const depths = [...slots].map((slot) => batch.tree.depths[batch.scored[Math.floor(slot / batch.targetColumns)]!])
          expect(depths).toEqual([...targets].map((_, position) => input.length - targets.length + position))
        }
      }),
    )
  })

  test('a token sees exactly its ancestors: reading them in order gives back the sequence', () => {
    fc.assert(
      fc.property(work, ([sequences, budget]) => {
        for (const { tree, members } of planBatches(sequences, budget).batches) {
          members.forEach((member, position) => {
            const end = tree.ends[position]!
            const path = [...tree.tokenIds.keys()].filter((node) => node <= end && end < tree.subtreeEnds[node]!)
            expect(path.map((node) => tree.tokenIds[node])).toEqual([...sequences[member.sequence]!.input])
            expect(path.map((node) => tree.depths[node])).toEqual(path.map((_, depth) => depth))
          })
        }
      }),
    )
  })

  test('a batch that grows keeps its own bound', () => {
    fc.assert(
      fc.property(work, ([sequences, budget]) => {
        const grown = planBatches(sequences, budget, budget * 4)
        for (const { tree, members } of grown.batches) {
          const longest = Math.max(...members.map((member) => sequences[member.sequence]!.input.length))
          expect(tree.tokenIds.length).toBeLessThanOrEqual(Math.max(budget * 4, longest))
        }
      }),
    )
  })

  test('a batch of more than one sequence keeps the budget, and a budget without bound computes each distinct token once', () => {
    fc.assert(
      fc.property(work, ([sequences, budget]) => {
        for (const { tree, members } of planBatches(sequences, budget).batches) {
          const longest = Math.max(...members.map((member) => sequences[member.sequence]!.input.length))
          expect(tree.tokenIds.length).toBeLessThanOrEqual(Math.max(budget, longest))
        }
        const whole = planBatches(sequences, 1e6)
        expect(whole.tokensComputed).toBe(whole.tokensDistinct)
        const prefixes = new Set(sequences.flatMap(({ input }) => [...input].map((_, index) => input.slice(0, index + 1).join())))
        expect(whole.tokensDistinct).toBe(prefixes.size)
      }),
    )
  })
})

test('inputs longer than longInput share no tree with others', () => {
  const [short, long] = [sequence([1, 2, 3], [9]), sequence([1, 2, 3, 4], [9])]
  expect(planBatches([long, short, long], 100).batches.map(({ tree }) => [...tree.tokenIds])).toEqual([[1, 2, 3, 4]])
  const { batches, tokensDistinct } = planBatches([long, short, long], 100, 100, 3)
  expect(batches.map(({ tree, members }) => [[...tree.tokenIds], members.map((member) => member.sequence)])).toEqual([
    [
      [1, 2, 3, 4],
      [0, 2],
    ],
    [[1, 2, 3], [1]],
  ])
  expect(tokensDistinct).toBe(7)
})
