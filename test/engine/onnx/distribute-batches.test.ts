import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { distributeBatches } from '../../../src/engine/onnx/distribute-batches.ts'
import type { ScoredBatch } from '../../../src/engine/engine.ts'
import { planBatches, type Batch } from '../../../src/plan/batches.ts'

/** Batches of one sequence each. */
const batches = planBatches(
  Array.from({ length: 9 }, (_, index) => ({ input: Int32Array.of(index + 1, 1, 2), targets: Int32Array.of(3) })),
  3,
).batches

/** Takes the given milliseconds for a batch, and records its batches. */
function worker(milliseconds: number) {
  const taken: Batch[] = []
  const work = async function* (batch: Batch): AsyncGenerator<ScoredBatch> {
    taken.push(batch)
    await pause(milliseconds)
    yield { scores: [], tokensComputed: batch.tree.tokenIds.length }
  }
  return { taken, work }
}

test('each batch goes to one worker, and the faster one gets more', async () => {
  const [slow, fast] = [worker(60), worker(5)]
  let results = 0
  for await (const { tokensComputed } of distributeBatches(batches, [slow.work, fast.work])) results += tokensComputed
  expect(results).toBe(27)
  expect(new Set([...slow.taken, ...fast.taken])).toEqual(new Set(batches))
  expect(slow.taken.length + fast.taken.length).toBe(9)
  expect(fast.taken.length).toBeGreaterThan(slow.taken.length)
  expect(slow.taken[0]).toBe(batches[0])
})

test('a single worker begins a batch only when the result before it has been read', async () => {
  const { taken, work } = worker(0)
  const results = distributeBatches(batches, [work])
  await results.next()
  await pause(20)
  expect(taken).toHaveLength(1)
})

test('what fails on one worker fails the whole', async () => {
  const failing = async function* (): AsyncGenerator<ScoredBatch> {
    await pause(5)
    yield* []
    throw new Error('device lost')
  }
  const read = async () => {
    const read: ScoredBatch[] = []
    for await (const result of distributeBatches(batches, [worker(1).work, failing])) read.push(result)
    return read
  }
  await expect(read()).rejects.toThrow('device lost')
})
