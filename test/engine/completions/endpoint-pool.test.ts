/** Endpoints by themselves; with jobs: dispatch.test.ts. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EndpointPool, type Failure } from '../../../src/engine/completions/endpoint-pool.ts'
import { retryTimers, type RetryPolicy } from '../../../src/engine/completions/retry-policy.ts'

const POLICY: RetryPolicy = {
  maxAttempts: 3,
  backoffMs: 10,
  maxBackoffMs: 100,
  failuresBeforeCheck: 2,
  maxHealthChecks: 2,
  maxRetryAfterMs: 1000,
  maxRetryAfters: 3,
  maxLostInRow: 3,
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function poolOf(names: readonly string[], check: () => Promise<unknown> = async () => 'healthy') {
  const notices: string[] = []
  const pool = new EndpointPool(
    names.map((name) => ({ name })),
    {
      concurrency: 2,
      policy: POLICY,
      timers: retryTimers(POLICY, () => 1),
      check,
      explain: (error) => (error instanceof Error ? { blame: 'endpoint', reason: error.message } : undefined),
      onNotice: (notice) => notices.push(notice),
      onChange: () => {},
    },
  )
  return { pool, notices, nameOfLeastBusy: () => pool.leastBusy(new Set())?.endpoint.name }
}

const failure = (changes: Partial<Failure> = {}): Failure => ({ blame: 'either', reason: 'broken', ...changes })

test('the endpoint with the fewest jobs is next, until all have as many as they may', () => {
  const { pool, nameOfLeastBusy } = poolOf(['a', 'b'])
  const taken: (string | undefined)[] = []
  for (let job = 0; job < 5; job++) {
    const next = pool.leastBusy(new Set())
    taken.push(nameOfLeastBusy())
    void next?.limit(() => new Promise(() => {}))
  }
  expect(taken).toEqual(['a', 'b', 'a', 'b', undefined])
  expect(pool.leastBusy(new Set([pool.endpoints[0]!]))).toBeUndefined()
})

test('an endpoint gets nothing during its Retry-After, and is not used any more if that is too long', async () => {
  const { pool, notices, nameOfLeastBusy } = poolOf(['a'])
  pool.failed(pool.endpoints[0]!, failure({ retryAfterMs: 500 }))
  expect(nameOfLeastBusy()).toBeUndefined()
  await vi.advanceTimersByTimeAsync(500)
  expect(nameOfLeastBusy()).toBe('a')
  pool.failed(pool.endpoints[0]!, failure({ retryAfterMs: 5000, reason: 'too busy' }))
  expect([pool.isEmpty(), notices]).toEqual([true, ['a is not used any more: too busy, and asks to retry after 5 s']])
})

test('failures in a row call for a health check; a success in between does not', async () => {
  const { pool, nameOfLeastBusy } = poolOf(['a'])
  const [endpoint] = pool.endpoints
  pool.failed(endpoint!, failure())
  pool.succeeded(endpoint!)
  pool.failed(endpoint!, failure())
  expect(endpoint!.state).toBe('healthy')
  pool.failed(endpoint!, failure())
  expect([endpoint!.state, nameOfLeastBusy()]).toEqual(['checking', undefined])
  await vi.advanceTimersByTimeAsync(10)
  expect([endpoint!.state, nameOfLeastBusy()]).toEqual(['healthy', 'a'])
})

test('an endpoint that fails its health checks is not used any more, for the reason of the last one', async () => {
  let checks = 0
  const { pool, notices } = poolOf(['a', 'b'], async () => {
    throw new Error(`check ${++checks}`)
  })
  pool.failed(pool.endpoints[0]!, failure({ blame: 'endpoint' }))
  await vi.advanceTimersByTimeAsync(1000)
  expect([checks, pool.endpoints.map(({ state }) => state), notices]).toEqual([2, ['removed', 'healthy'], ['a is not used any more: check 2']])
  expect(pool.isEmpty()).toBe(false)
})
