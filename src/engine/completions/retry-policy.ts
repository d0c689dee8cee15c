/** When to retry, how long to wait in between, and when to give up. */

/** Limits of retrying; times in milliseconds. */
export interface RetryPolicy {
  /** How often a job is tried before it is given up. */
  readonly maxAttempts: number
  /** The first wait after a failure; each further wait is twice as long, up to `maxBackoffMs`. */
  readonly backoffMs: number
  readonly maxBackoffMs: number
  /** Failures in a row after which an endpoint must pass a health check before it gets more work. */
  readonly failuresBeforeCheck: number
  /** Failed health checks after which an endpoint is not used any more. */
  readonly maxHealthChecks: number
  /** An endpoint whose Retry-After is longer is not used any more. */
  readonly maxRetryAfterMs: number
  /** How often a job may get a Retry-After; a job that is too large for a rate limit gets one every time. */
  readonly maxRetryAfters: number
  /** Jobs given up in a row, none done in between, after which the run ends. */
  readonly maxLostInRow: number
}

/** Timers that can all be stopped at once. */
export interface RetryTimers {
  /** Runs `work` later, unless everything is stopped by then. */
  later(milliseconds: number, work: () => void): void
  /** The wait after this many failures: a random time between half and all of what doubling gives, so that what failed together is not retried together. */
  backoff(failures: number): number
  readonly isStopped: () => boolean
  stop(): void
}

/** Timers of a policy; `random` returns numbers between 0 and 1. */
export function retryTimers({ backoffMs, maxBackoffMs }: RetryPolicy, random: () => number): RetryTimers {
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
    backoff: (failures) => Math.min(maxBackoffMs, backoffMs * 2 ** (failures - 1)) * (0.5 + random() / 2),
    isStopped: () => isStopped,
    stop() {
      isStopped = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
