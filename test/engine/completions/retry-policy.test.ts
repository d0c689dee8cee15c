import { expect, test, vi } from 'vitest'
import { retryTimers, type RetryPolicy } from '../../../src/engine/completions/retry-policy.ts'

const POLICY = { backoffMs: 100, maxBackoffMs: 1000 } as RetryPolicy

test.each([
  [0, [50, 100, 200, 400, 500]],
  [1, [100, 200, 400, 800, 1000]],
])('a wait doubles up to the longest one; at random number %d it is a half to the whole of that', (random, waits) => {
  const timers = retryTimers(POLICY, () => random)
  expect([1, 2, 3, 4, 5].map((failures) => timers.backoff(failures))).toEqual(waits)
})

test('timers that are stopped run nothing any more', () => {
  vi.useFakeTimers()
  try {
    const timers = retryTimers(POLICY, () => 0)
    const ran: string[] = []
    timers.later(10, () => ran.push('first'))
    timers.later(20, () => ran.push('second'))
    vi.advanceTimersByTime(15)
    timers.stop()
    timers.later(1, () => ran.push('third'))
    vi.advanceTimersByTime(1000)
    expect([ran, timers.isStopped()]).toEqual([['first'], true])
  } finally {
    vi.useRealTimers()
  }
})
