import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planPrompts, sequencesOf, tokensSent } from '../../../src/engine/completions/prompts.ts'
import type { Sequence } from '../../../src/plan/sequence.ts'

const sequence = (input: readonly number[], targets: readonly number[]): Sequence => ({ input: Int32Array.from(input), targets: Int32Array.from(targets) })
const limits = { takesNext: true, promptsPerRequest: 2, tokensPerRequest: 100 }

test('one-token choices behind one context are one prompt; other texts are sent whole, neighbors together', () => {
  const sequences = [
    sequence([1, 2, 9], [4, 5]), // Its text is 1 2 9 5.
    sequence([1, 2, 3], [7]),
    sequence([1, 2, 3], [6]),
    sequence([1, 2, 8], [4, 5]),
    sequence([1, 2, 4], [6]),
    sequence([1, 2, 5], [6, 7]),
  ]
  expect(planPrompts(sequences, limits)).toEqual([
    [
      {
        kind: 'next',
        tokens: [1, 2, 3],
        asked: [
          { sequence: 1, target: 7 },
          { sequence: 2, target: 6 },
        ],
      },
    ],
    // It asks about other tokens, and a request has one list of them.
    [{ kind: 'next', tokens: [1, 2, 4], asked: [{ sequence: 4, target: 6 }] }],
    [
      { kind: 'echo', tokens: [1, 2, 5, 7], scoredCount: 2, sequence: 5 },
      { kind: 'echo', tokens: [1, 2, 8, 5], scoredCount: 2, sequence: 3 },
    ],
    [{ kind: 'echo', tokens: [1, 2, 9, 5], scoredCount: 2, sequence: 0 }],
  ])
})

test('a server that cannot score the next token gets every choice as a whole text', () => {
  const sequences = [sequence([1, 2], [7]), sequence([1, 2], [6])]
  expect(planPrompts(sequences, { ...limits, takesNext: false })).toEqual([
    [
      { kind: 'echo', tokens: [1, 2, 7], scoredCount: 1, sequence: 0 },
      { kind: 'echo', tokens: [1, 2, 6], scoredCount: 1, sequence: 1 },
    ],
  ])
})

test('at most 128 tokens are scored at one position', () => {
  const sequences = Array.from({ length: 130 }, (_, target) => sequence([1], [target]))
  expect(planPrompts(sequences, limits).map((batch) => sequencesOf(batch).length)).toEqual([128, 2])
})

test('every sequence is requested once, and requests respect their limits', () => {
  const token = fc.integer({ min: 0, max: 3 })
  const any = fc.record({ input: fc.array(token, { minLength: 1, maxLength: 6 }), targets: fc.array(token, { minLength: 1, maxLength: 3 }) })
  fc.assert(
    fc.property(
      fc.array(any, { maxLength: 30 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 20 }),
      (drawn, takesNext, promptsPerRequest, tokensPerRequest) => {
        const sequences = drawn.map(({ input, targets }) => sequence(input, targets))
        const batches = planPrompts(sequences, { takesNext, promptsPerRequest, tokensPerRequest })
        expect(batches.flatMap(sequencesOf).sort((a, b) => a - b)).toEqual(sequences.map((_, index) => index))
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(promptsPerRequest)
          if (batch.length > 1) expect(tokensSent(batch)).toBeLessThanOrEqual(tokensPerRequest)
          expect(new Set(batch.map(({ kind }) => kind)).size).toBe(1)
        }
      },
    ),
  )
})
