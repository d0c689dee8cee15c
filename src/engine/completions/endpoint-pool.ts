/** Endpoints and their health: which take work, which wait, which must pass a health check, and which are not used any more. */
import pLimit, { type LimitFunction } from 'p-limit'
import type { RetryPolicy, RetryTimers } from './retry-policy.ts'

/** What notices call an endpoint. */
export interface Named {
  readonly name: string
}

/** Why a request failed, and what can be done about it. */
export interface Failure {
  /** `job`: this job will fail anywhere. `endpoint`: the endpoint takes nothing at all. `either`: it may be the one or the other. */
  readonly blame: 'job' | 'endpoint' | 'either'
  readonly reason: string
  /** The endpoint asks for no requests for this long, in milliseconds; the job is not to blame. */
  readonly retryAfterMs?: number
}

/** An endpoint of the pool. */
export interface PooledEndpoint<E> {
  readonly endpoint: E
  readonly index: number
  readonly limit: LimitFunction
  /** `checking`: it must pass a health check before it gets work. `removed`: it gets none any more. */
  state: 'healthy' | 'checking' | 'removed'
  failuresInRow: number
  /** A time of `Date.now()` before which it gets no requests. */
  waitsUntil: number
}

/** What a pool needs. */
export interface PoolOptions<E> {
  /** Jobs in flight at each endpoint. */
  readonly concurrency: number
  readonly policy: RetryPolicy
  readonly timers: RetryTimers
  /** Sends a request whose log-probabilities are known; rejects if the endpoint is not healthy. */
  readonly check: (endpoint: E) => Promise<unknown>
  /** Why a check failed; undefined if that ends everything. */
  readonly explain: (error: unknown) => Failure | undefined
  readonly onNotice: (notice: string) => void
  /** An endpoint takes work again, or was removed. */
  readonly onChange: () => void
}

/** Timers are sometimes a millisecond early. */
const TIMER_SLACK_MS = 2

/** Endpoints that were healthy at the start. */
export class EndpointPool<E extends Named> {
  readonly endpoints: readonly PooledEndpoint<E>[]
  readonly #options: PoolOptions<E>

  constructor(endpoints: readonly E[], options: PoolOptions<E>) {
    this.#options = options
    this.endpoints = endpoints.map((endpoint, index) => ({
      endpoint,
      index,
      limit: pLimit(options.concurrency),
      state: 'healthy',
      failuresInRow: 0,
      waitsUntil: 0,
    }))
  }

  /** The least busy endpoint that may have work now, except `others`. */
  leastBusy(others: ReadonlySet<PooledEndpoint<E>>): PooledEndpoint<E> | undefined {
    const now = Date.now()
    const free = this.endpoints.filter(
      (pooled) => pooled.state === 'healthy' && pooled.waitsUntil <= now && jobsAt(pooled) < this.#options.concurrency && !others.has(pooled),
    )
    return free.reduce<PooledEndpoint<E> | undefined>((best, pooled) => (best === undefined || jobsAt(pooled) < jobsAt(best) ? pooled : best), undefined)
  }

  /** Notes that an endpoint did a job. */
  succeeded(pooled: PooledEndpoint<E>): void {
    pooled.failuresInRow = 0
  }

  /** Notes a failure that was not the job's: the endpoint waits, or must pass a health check, or is removed. */
  failed(pooled: PooledEndpoint<E>, failure: Failure): void {
    pooled.failuresInRow++
    this.#wait(pooled, failure)
    const mustCheck = failure.blame === 'endpoint' || pooled.failuresInRow >= this.#options.policy.failuresBeforeCheck
    if (pooled.state === 'healthy' && mustCheck) this.#checkHealth(pooled, failure.reason, 1)
  }

  /** Whether no endpoint is left. */
  isEmpty(): boolean {
    return this.endpoints.every(({ state }) => state === 'removed')
  }

  /** Sends nothing to an endpoint for as long as it asks for. */
  #wait(pooled: PooledEndpoint<E>, { retryAfterMs, reason }: Failure): void {
    const { policy, timers, onChange } = this.#options
    if (retryAfterMs === undefined || pooled.state === 'removed') return
    if (retryAfterMs > policy.maxRetryAfterMs) return this.#remove(pooled, `${reason}, and asks to retry after ${Math.round(retryAfterMs / 1000)} s`)
    pooled.waitsUntil = Math.max(pooled.waitsUntil, Date.now() + retryAfterMs)
    timers.later(retryAfterMs + TIMER_SLACK_MS, onChange)
  }

  /** Checks an endpoint again and again until it passes or is removed. */
  #checkHealth(pooled: PooledEndpoint<E>, reason: string, attempt: number): void {
    const { policy, timers, check, onChange } = this.#options
    if (attempt > policy.maxHealthChecks) return this.#remove(pooled, reason)
    pooled.state = 'checking'
    timers.later(Math.max(timers.backoff(attempt), pooled.waitsUntil - Date.now()), () => {
      void check(pooled.endpoint).then(
        () => {
          pooled.state = 'healthy'
          pooled.failuresInRow = 0
          onChange()
        },
        (error: unknown) => this.#checkFailed(pooled, error, attempt),
      )
    })
  }

  #checkFailed(pooled: PooledEndpoint<E>, error: unknown, attempt: number): void {
    const failure = this.#options.explain(error)
    if (!failure) return this.#options.onChange()
    this.#wait(pooled, failure)
    if (pooled.state === 'checking') this.#checkHealth(pooled, failure.reason, attempt + 1)
  }

  #remove(pooled: PooledEndpoint<E>, reason: string): void {
    pooled.state = 'removed'
    this.#options.onNotice(`${pooled.endpoint.name} is not used any more: ${reason}`)
    this.#options.onChange()
  }
}

function jobsAt({ limit }: PooledEndpoint<unknown>): number {
  return limit.activeCount + limit.pendingCount
}
