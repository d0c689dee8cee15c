/** What one model stores is read for batches that are planned otherwise; the numbers made of it: test/graph/blocks/divergence.test.ts. */
import { expect, test } from 'vitest'
import { hiddenStatesBytes, openHiddenStates } from '../../src/engine/hidden-states.ts'
import type { Batch } from '../../src/plan/batches.ts'
import type { Sequence } from '../../src/plan/sequence.ts'

/** A batch with a row for each scored position; `slots` of a member count through rows and columns of targets. */
const batch = (rowCount: number, targetColumns: number, members: readonly (readonly [sequence: number, slots: readonly number[]])[]) =>
  ({
    scored: new Int32Array(rowCount),
    targetColumns,
    members: members.map(([sequence, slots]) => ({ sequence, slots: Int32Array.from(slots) })),
  }) as unknown as Batch
const sequences = ['first', 'second', 'third'].map((name) => ({ name }) as unknown as Sequence)
const [first, second, third] = sequences as [Sequence, Sequence, Sequence]

test('rows are found by their sequences, in whatever order and batch', async () => {
  await using states = await openHiddenStates({ rowCount: 4, width: 2 })
  // The first two sequences share the position of row 0; more at the end is not stored.
  await states.add(
    batch(3, 2, [
      [0, [0, 2]],
      [1, [1, 4]],
    ]),
    [first, second],
    Float32Array.of(10, 11, 20, 21, 30, 31, 99, 99),
  )
  await states.add(batch(1, 1, [[0, [0]]]), [third], Float32Array.of(40, 41))
  const read = await states.read(
    batch(3, 1, [
      [0, [0]],
      [1, [1, 2]],
    ]),
    [third, first],
  )
  expect([...read]).toEqual([40, 41, 10, 11, 20, 21])
  expect([...(await states.read(batch(2, 1, [[0, [1, 0]]]), [second]))]).toEqual([30, 31, 10, 11])
})

test('a sequence that was not added is an error', async () => {
  await using states = await openHiddenStates({ rowCount: 1, width: 1 })
  await expect(states.read(batch(1, 1, [[0, [0]]]), [first])).rejects.toThrow('no hidden states of a sequence')
})

test('a state is a row of 32-bit floats', () => expect(hiddenStatesBytes(1000, 576)).toBe(2_304_000))
