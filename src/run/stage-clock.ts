/** Measures the stages of a run. */
import type { WorkRecord } from '../store/work-record.ts'

/** Adds up the wall time that a run waits for each of its stages; work in the background of another stage adds nothing. */
export interface StageClock {
  /** Milliseconds so far. */
  readonly elapsedMs: WorkRecord['elapsedMs']
  /** Adds what was measured elsewhere. */
  add(stage: keyof WorkRecord['elapsedMs'], ms: number): void
  time<T>(stage: keyof WorkRecord['elapsedMs'], work: () => T | Promise<T>): Promise<T>
}

/** A clock at zero. */
export function stageClock(): StageClock {
  const elapsedMs = { load: 0, tokenize: 0, plan: 0, engine: 0, roofline: 0, record: 0 }
  return {
    elapsedMs,
    add(stage, ms) {
      elapsedMs[stage] += ms
    },
    async time(stage, work) {
      const startedAt = performance.now()
      try {
        return await work()
      } finally {
        elapsedMs[stage] += performance.now() - startedAt
      }
    },
  }
}
