/** The engine that caches responses: when it writes. What a run with a cache computes again is in caching-engine.slow.ts. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { listCache } from '../../src/cache/cache-folder.ts'
import { cachingEngine } from '../../src/cache/caching-engine.ts'
import type { Sequence } from '../../src/plan/sequence.ts'
import { fakeEngine } from '../fake-engine.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('a batch is written before the next one is begun, also if the weights take longer to read than it took to score', async () => {
  const cache = temporaryFolder()
  const content = setTimeout(100, 'weights')
  const of = { label: 'm', source: 'm', given: [], settings: {}, fingerprint: { known: 'weights', content } }
  await using engine = await cachingEngine(fakeEngine({ batchTokens: 4 }), of, cache, (notice) => expect.unreachable(notice))
  const sequences = [1, 2, 3].map((token): Sequence => ({ input: Int32Array.of(token, 9, 9), targets: Int32Array.of(5) }))
  let seen = 0
  for await (const { scores } of engine.score(sequences)) {
    seen += scores.length
    const [cached] = await listCache(cache)
    expect(cached).toMatchObject({ answerCount: seen })
  }
  expect(seen).toBe(3)
})
