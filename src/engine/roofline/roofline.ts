/** How near a run comes to what its machine can do. */
import type { Engine } from '../engine.ts'

/** Measures the machine between batches, because other programs may slow it for a while. */
export interface RooflineMeter {
  /** Measures, if enough time has been spent on batches since the last measurement; `batchMs` is what the batch just scored took. */
  afterBatch(batchMs: number): Promise<void>
  /** Measures, if there is no measurement yet or not for a while. Not for work that took less time than the measurement itself. */
  afterTask(): Promise<void>
  /** The peak GEMM rate in operations a second: the mean of the measurements. Null before the first, and if the engine cannot measure. */
  rate(): number | null
}

/** Time spent on batches between two measurements, in milliseconds: a measurement takes some 200, so about a fiftieth of the time. */
const BETWEEN_MS = 10_000
/** The same at the end of a task: a thirtieth of the time of a run of many short tasks. */
const BETWEEN_TASKS_MS = 6000
/** Time on batches that a measurement must be worth: of less work it would take most of the time, and a rate of so little says nothing. */
const LEAST_WORK_MS = 200

/** A meter of an engine. The first measurement waits: at the start of a run, tokenizing and hashing compete for the processor. */
export function rooflineMeter(engine: Pick<Engine, 'peakGemmRate'>): RooflineMeter {
  const rates: number[] = []
  let sinceMs = 0
  const measure = async () => {
    sinceMs = 0
    const rate = await engine.peakGemmRate?.()
    if (rate !== undefined) rates.push(rate)
  }
  return {
    async afterBatch(batchMs) {
      sinceMs += batchMs
      if (sinceMs >= BETWEEN_MS) await measure()
    },
    async afterTask() {
      if (sinceMs >= (rates.length === 0 ? LEAST_WORK_MS : BETWEEN_TASKS_MS)) await measure()
    },
    rate: () => (rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length),
  }
}
