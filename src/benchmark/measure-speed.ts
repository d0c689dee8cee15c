/** Measures the speed of an engine on a workload, within the time. */
import type { Engine } from '../engine/engine.ts'
import type { Workload, WorkloadName } from './workload.ts'

/** A measured workload. */
export interface SpeedRecord extends Speed {
  /** `operationsPerSecond` as a share of GEMMs of the model's shapes in the same process; null if those could not be measured. */
  readonly rooflineShare: number | null
}

/** The measurements of one workload. */
export interface Speed {
  readonly name: WorkloadName
  readonly title: string
  readonly source: Workload['source']
  readonly itemCount: number
  /** Distinct tokens of the workload. */
  readonly tokensDistinct: number
  readonly batches: number
  readonly seconds: number
  readonly tokensComputed: number
  /** Computed tokens a second: each distinct token once. */
  readonly tokensPerSecond: number
  /** The same as if each request had been computed on its own. */
  readonly tokensAskedPerSecond: number
  /** Floating-point operations a second of matrix products. */
  readonly operationsPerSecond: number
}

/** A shorter workload is repeated until this time is up. */
const LEAST_MS = 3000

/**
 * Scores a workload until time is up; repeats a short one. The first round is a warm-up, which chooses kernels and allocates memory. It counts only if it is
 * the only round, without its first batch if it has more. No batch begins after `deadline` (of performance.now()). Returns null if no batch was scored.
 */
export async function measureSpeed(engine: Pick<Engine, 'score'>, workload: Workload, deadline: number): Promise<Speed | null> {
  const rounds: MeasuredBatch[][] = []
  const end = Math.min(deadline, performance.now() + LEAST_MS)
  do {
    const round: MeasuredBatch[] = []
    rounds.push(round)
    let startedAt = performance.now()
    for await (const { tokensComputed, operations = 0 } of engine.score(workload.sequences)) {
      round.push({ tokens: tokensComputed, operations, seconds: (performance.now() - startedAt) / 1000 })
      startedAt = performance.now()
      if (startedAt > deadline) break
    }
  } while (performance.now() < end)
  return summarize(rounds, workload)
}

/** A batch, and how long it took. */
export interface MeasuredBatch {
  readonly tokens: number
  readonly operations: number
  readonly seconds: number
}

/** The record of measured batches, in the order of computation, with the round of each. */
export function summarize(
  rounds: readonly (readonly MeasuredBatch[])[],
  { name, title, source, itemCount, tokensAsked, tokensDistinct }: Omit<Workload, 'sequences'>,
): Speed | null {
  const [first = [], ...others] = rounds
  const later = others.flat()
  const counted = later.length > 0 ? later : first.length > 1 ? first.slice(1) : first
  if (counted.length === 0) return null
  const sum = (value: (batch: MeasuredBatch) => number) => counted.reduce((total, batch) => total + value(batch), 0)
  const [tokensComputed, operations, seconds] = [sum(({ tokens }) => tokens), sum((batch) => batch.operations), sum((batch) => batch.seconds)]
  const operationsPerSecond = operations / seconds
  return {
    name,
    title,
    source,
    itemCount,
    tokensDistinct,
    batches: counted.length,
    seconds,
    tokensComputed,
    tokensPerSecond: tokensComputed / seconds,
    tokensAskedPerSecond: ((tokensComputed / seconds) * tokensAsked) / tokensDistinct,
    operationsPerSecond,
  }
}
