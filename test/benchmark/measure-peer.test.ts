/** When transformers is not asked; what it answers: transformers-peer.test.ts. */
import { expect, test } from 'vitest'
import { measurePeer } from '../../src/benchmark/measure-peer.ts'
import type { OpenedModel } from '../../src/benchmark/open-random-model.ts'
import type { Peer } from '../../src/benchmark/transformers-peer.ts'
import { timeBudget } from '../../src/benchmark/time-budget.ts'

const PEER: Peer = { python: 'python3', torch: '2.13.0', transformers: '5.24.0', gpu: 'NVIDIA H100' }
const opened = (provider: string) => ({ device: { provider, index: 0 }, model: { weightBytes: 1000 } }) as unknown as OpenedModel

async function leftOut(provider: string, peer: Peer, freeBytes: number | null, leftMs: number) {
  const budget = timeBudget(performance.now() + leftMs, { onStep: () => {} })
  expect(await measurePeer(opened(provider), { peer, itemCount: 1, freeBytes }, budget)).toBeUndefined()
  return budget.leftOut.map(({ what, why }) => `${what}: ${why}`)
}

test.each([
  ['torch without a GPU', 'cuda', { ...PEER, gpu: null }, null, 60_000, 'its torch sees no GPU'],
  ['a GPU that is full', 'cuda', PEER, 1299, 60_000, 'the GPU has no memory left for a second copy of the model'],
  ['no time', 'cpu', { ...PEER, gpu: null }, null, 0, expect.stringMatching(/time/u)],
])('%s', async (_, provider, peer, freeBytes, leftMs, why) => {
  const [only, ...others] = await leftOut(provider, peer, freeBytes, leftMs)
  expect(others).toEqual([])
  expect(only).toMatch(/^the same requests by transformers 5\.24\.0: /u)
  expect(only!.slice(only!.indexOf(': ') + 2)).toEqual(why)
})
