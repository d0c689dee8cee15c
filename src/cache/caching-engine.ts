/** An engine that caches its responses: what was asked before costs nothing, and a run that was cancelled continues if it stopped. */
import type { Engine, IsAnswered, ScoredBatch } from '../engine/engine.ts'
import type { Sequence } from '../plan/sequence.ts'
import { batchKey, sequenceKey, type CachedScore, type ComparedResponse } from './cached-responses.ts'
import { ModelCache, type CachedModelKey } from './model-cache.ts'

/**
 * Takes from the cache in `folder` what it holds, asks `engine` for the rest, and writes each batch before it yields it: a kill costs at most the batch that
 * is being computed. Batches are planned over all sequences, and cached ones left out afterwards: so the others are the same as in a run without a cache, and
 * so are their numbers. Disposes of `engine`.
 */
export async function cachingEngine(
  engine: Engine,
  model: Omit<CachedModelKey, 'engine'>,
  folder: string,
  onNotice: (notice: string) => void,
): Promise<Engine> {
  const { responsesDependOn } = engine
  if (responsesDependOn === undefined) return engine
  const cache = await ModelCache.open({ ...model, engine: responsesDependOn }, folder, onNotice)
  return {
    info: engine.info,
    responsesDependOn,
    score: (sequences) => score(sequences, engine, cache),
    ...(engine.layers && { layers: engine.layers }),
    ...(engine.peakBytes && { peakBytes: () => engine.peakBytes!() }),
    ...(engine.peakGemmRate && { peakGemmRate: () => engine.peakGemmRate!() }),
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]()
      await engine[Symbol.asyncDispose]()
    },
  }
}

/** Plans at once, as Engine.score. */
function score(sequences: readonly Sequence[], engine: Engine, cache: ModelCache): AsyncIterable<ScoredBatch> {
  const keys = sequences.map(sequenceKey)
  const cached: ScoredBatch[] = []
  const isCached: IsAnswered = (members) => {
    const scores = cache.find(members.map((member) => keys[member]!))
    if (!scores) return false
    cached.push(cachedBatch(scores, members, sequences))
    return true
  }
  const computed = engine.score(sequences, isCached)
  return (async function* () {
    yield* cached
    for await (const batch of computed) {
      await cache.add(responsesOf(batch, keys))
      yield batch
    }
  })()
}

function cachedBatch(scores: readonly CachedScore[], members: readonly number[], sequences: readonly Sequence[]): ScoredBatch {
  const divergences = scores.flatMap(({ divergence }, index) => (divergence ? [{ sequence: sequences[members[index]!]!, ...divergence }] : []))
  return {
    scores: scores.map(({ logProb, isGreedy }, index) => ({ sequence: members[index]!, logProb, isGreedy })),
    ...(divergences.length > 0 && { divergences }),
    tokensComputed: 0,
    isCached: true,
  }
}

function responsesOf({ scores, divergences }: ScoredBatch, keys: readonly Buffer[]): ComparedResponse[] {
  const batch = batchKey(scores.map(({ sequence }) => keys[sequence]!))
  return scores.map(({ sequence, logProb, isGreedy }, index) => {
    const divergence = divergences?.[index]
    return { key: keys[sequence]!, batch, logProb, isGreedy, ...(divergence && { divergence }) }
  })
}
