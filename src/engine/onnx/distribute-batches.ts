/** Distributes batches over several devices. */
import type { Batch } from '../../plan/batches.ts'
import type { ScoredBatch } from '../engine.ts'

/**
 * Gives each worker the next batch as soon as it is done with the one before; yields their results in the order in which they come.
 * With the largest first no device waits long for another at the end. A single worker computes only as its results are read.
 */
export async function* distributeBatches(
  batches: readonly Batch[],
  workers: readonly ((batch: Batch) => AsyncIterable<ScoredBatch>)[],
): AsyncGenerator<ScoredBatch> {
  const queue = batches.values()
  const streams = workers.map(async function* (work): AsyncGenerator<ScoredBatch> {
    for (let { done, value } = queue.next(); !done; { done, value } = queue.next()) yield* work(value!)
  })
  if (streams.length === 1) {
    yield* streams[0]!
    return
  }
  const ask = (stream: AsyncGenerator<ScoredBatch>) => {
    const pending = stream.next().then((result) => ({ stream, result }))
    // The first failure ends everything; later ones are not awaited.
    pending.catch(() => {})
    return pending
  }
  const pending = new Map(streams.map((stream) => [stream, ask(stream)]))
  while (pending.size > 0) {
    const { stream, result } = await Promise.race(pending.values())
    if (result.done) pending.delete(stream)
    else {
      pending.set(stream, ask(stream))
      yield result.value
    }
  }
}
