/** How long to try, and the waits in between. */

/** Limits of trying; times in milliseconds. */
export interface Patience {
  /** How often a job is tried before it is given up. */
  readonly tries: number
  /** The first wait after a failure; each further one is twice as long, up to `mostBackoffMs`. */
  readonly backoffMs: number
  readonly mostBackoffMs: number
  /** Failures in a row after which an endpoint must answer a known question before it gets more work. */
  readonly failuresInRow: number
  /** How often that question is put before the endpoint is out for good. */
  readonly checks: number
  /** An endpoint that asks to be left alone for longer is out. */
  readonly mostRetryAfterMs: number
  /** How often a job may meet an endpoint that asks to be left alone; one that is too large for a limit does so for ever. */
  readonly rests: number
  /** Jobs given up in a row, none done between, after which there is no point in going on. */
  readonly lostInRow: number
}

/** Waiting that can be ended all at once. */
export interface Waits {
  /** Does something later, unless all is stopped by then. */
  later(milliseconds: number, work: () => void): void
  /** The wait after so many failures: between half and all of what doubling gives, so that what failed together does not come back together. */
  backoff(failures: number): number
  readonly isStopped: () => boolean
  stop(): void
}

/** Waits by a patience; `random` gives numbers between 0 and 1. */
export function startWaits({ backoffMs, mostBackoffMs }: Patience, random: () => number): Waits {
  const timers = new Set<NodeJS.Timeout>()
  let isStopped = false
  return {
    later(milliseconds, work) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        if (!isStopped) work()
      }, milliseconds)
      timers.add(timer)
    },
    backoff: (failures) => Math.min(mostBackoffMs, backoffMs * 2 ** (failures - 1)) * (0.5 + random() / 2),
    isStopped: () => isStopped,
    stop() {
      isStopped = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
