/** Measures transformers beside a model that stays loaded. */
import { providerOf } from '../engine/devices/device.ts'
import type { OpenedModel } from './open-random-model.ts'
import type { TimeBudget } from './time-budget.ts'
import { askPeer, compareWithPeer, type Peer, type PeerRecord } from './transformers-peer.ts'
import { syntheticWorkload } from './workload.ts'

/** Least milliseconds for it to begin. */
const LEAST_MS = 15_000

/** What to compare with. */
export interface PeerMeasurement {
  readonly peer: Peer
  readonly itemCount: number
  /** Free bytes of the GPU; null if the system does not say. */
  readonly freeBytes: number | null
}

/** transformers on the same requests; undefined, and named in the budget if it does not run beside the model or fails. */
export async function measurePeer(
  { device, size, model, stored, engine }: OpenedModel,
  { peer, itemCount, freeBytes }: PeerMeasurement,
  budget: TimeBudget,
): Promise<PeerRecord | undefined> {
  const what = `the same requests by transformers ${peer.transformers}`
  const { torchDevice } = providerOf(device)
  if (torchDevice === 'cuda' && peer.gpu === null) {
    budget.leaveOut(what, 'its torch sees no GPU')
    return undefined
  }
  if (torchDevice === 'cuda' && freeBytes !== null && freeBytes < model.weightBytes * 1.3) {
    budget.leaveOut(what, 'the GPU has no memory left for a second copy of the model')
    return undefined
  }
  return budget.step({ what, leastMs: LEAST_MS }, async () => {
    const inputs = syntheticWorkload('piqa', itemCount, size.config.vocabularySize).sequences.map(({ input }) => input)
    const signal = AbortSignal.timeout(Math.ceil(budget.leftMs()))
    const result = await askPeer(peer, { size, model, stored, device: torchDevice, inputs, seconds: budget.leftMs() / 4000, signal })
    return compareWithPeer(engine, inputs, result)
  })
}
