/** How near a run comes to what its machine can do. */
import type { Engine } from './engine.ts'

/** Measures the machine between batches, for a neighbour may slow it for a while. */
export interface RooflineGauge {
  /** Measures, if the last measurement was long enough ago; `batchMs` is what the batch just scored took. */
  afterBatch(batchMs: number): Promise<void>
  /** Operations a second of bare matrix products: the mean of what was measured. Null before that, and where the engine cannot. */
  rate(): number | null
}

/** Measuring takes at most about this share of the time. */
const MEASURING_SHARE = 1 / 50

/** A gauge of an engine; it measures after the first batch, and then now and then. */
export function rooflineGauge(engine: Pick<Engine, 'bareRate'>): RooflineGauge {
  const rates: number[] = []
  let scoredMs = 0
  let measuredMs = 0
  return {
    async afterBatch(batchMs) {
      scoredMs += batchMs
      if (!engine.bareRate || measuredMs > scoredMs * MEASURING_SHARE) return
      const startedAt = performance.now()
      rates.push(await engine.bareRate())
      measuredMs += performance.now() - startedAt
    },
    rate: () => (rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length),
  }
}
