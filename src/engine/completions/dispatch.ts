/** Distributes jobs over endpoints: each job is done once or given up by name, whatever the endpoints do. Knows nothing of HTTP. */
import { EndpointPool, type Failure, type Named, type PooledEndpoint } from './endpoint-pool.ts'
import { retryTimers, type RetryPolicy, type RetryTimers } from './retry-policy.ts'
import { workQueue, type WorkQueue } from './work-queue.ts'

/** What the dispatcher knows of endpoints and jobs. */
export interface DispatchOptions<E, J, R> {
  /** Jobs in flight at each endpoint. */
  readonly concurrency: number
  readonly policy: RetryPolicy
  send(endpoint: E, job: J): Promise<R>
  /** The health check: sends a request whose log-probabilities are known; rejects if the endpoint is not healthy. */
  check(endpoint: E): Promise<unknown>
  /** Why a request or a check failed; throws errors that it does not know, which end the dispatch. */
  explain(error: unknown): Failure
  /** The parts of a job that fails as a whole, so that one bad part does not fail the others; empty for a single part. */
  split(job: J): readonly J[]
  readonly onNotice: (notice: string) => void
  /** Numbers between 0 and 1; random by default. */
  readonly random?: () => number
}

/** How a job ended. */
export type Outcome<J, R> = { readonly kind: 'done'; readonly job: J; readonly result: R } | { readonly kind: 'lost'; readonly job: J; readonly reason: string }

/** No endpoint is healthy, or no job succeeds any more. */
export class NoHealthyEndpoint extends Error {}

/** Dispatches jobs; removed endpoints stay removed between calls. */
export interface Dispatcher<J, R> {
  /** Yields each job, or each of the parts that it was split into, once. Fails with NoHealthyEndpoint. */
  dispatch(jobs: readonly J[]): AsyncGenerator<Outcome<J, R>>
  /** Ends all waiting; whoever reads outcomes gets no more. */
  stop(): void
}

/** A dispatcher over endpoints that were healthy at the start. */
export function startDispatcher<E extends Named, J, R>(endpoints: readonly E[], options: DispatchOptions<E, J, R>): Dispatcher<J, R> {
  const { policy, concurrency, onNotice } = options
  const timers = retryTimers(policy, options.random ?? Math.random)
  const defect: Defect = { found: undefined }
  const explain = (error: unknown): Failure | undefined => {
    try {
      return options.explain(error)
    } catch (unexplained) {
      defect.found = { error: unexplained }
      return undefined
    }
  }
  let running: Dispatch<E, J, R> | undefined
  const onChange = () => running?.proceed()
  const pool = new EndpointPool(endpoints, { concurrency, policy, timers, check: (endpoint) => options.check(endpoint), explain, onNotice, onChange })
  return {
    async *dispatch(jobs) {
      running = new Dispatch({ options, pool, timers, explain, defect }, jobs)
      try {
        yield* running.outcomes()
      } finally {
        running = undefined
      }
    },
    stop() {
      timers.stop()
      running?.proceed()
    },
  }
}

/** An error that `explain` does not know. */
interface Defect {
  found: { readonly error: unknown } | undefined
}

/** What a dispatch shares with those before and after it. */
interface Shared<E extends Named, J, R> {
  readonly options: DispatchOptions<E, J, R>
  readonly pool: EndpointPool<E>
  readonly timers: RetryTimers
  readonly explain: (error: unknown) => Failure | undefined
  readonly defect: Defect
}

/** A job and its attempts so far. */
interface Task<J> {
  readonly job: J
  readonly failures: number
  readonly retryAfters: number
}

function newTask<J>(job: J): Task<J> {
  return { job, failures: 0, retryAfters: 0 }
}

/** Jobs on their way. */
class Dispatch<E extends Named, J, R> {
  readonly #shared: Shared<E, J, R>
  readonly #queue: WorkQueue<Task<J>>
  readonly #outcomes: Outcome<J, R>[] = []
  /** Jobs without an outcome. */
  #open: number
  #lostInRow = 0
  #lastReason = ''
  /** Ends the wait for outcomes. */
  #wake = () => {}

  constructor(shared: Shared<E, J, R>, jobs: readonly J[]) {
    const { endpoints } = shared.pool
    this.#shared = shared
    this.#open = jobs.length
    this.#queue = workQueue(
      jobs.map((job) => newTask(job)),
      endpoints.length,
      (taker) => endpoints[taker]!.state === 'healthy',
    )
  }

  async *outcomes(): AsyncGenerator<Outcome<J, R>> {
    this.#sendAll()
    for (;;) {
      const outcome = this.#outcomes.shift()
      if (outcome) yield outcome
      else if (this.#open === 0 || this.#shared.timers.isStopped()) return
      else {
        this.#failIfHopeless()
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    }
  }

  /** There may be something to do: an endpoint changed, or a job is to be retried. */
  proceed(): void {
    this.#sendAll()
    this.#wake()
  }

  #failIfHopeless(): void {
    const { defect, pool, options } = this.#shared
    if (defect.found) throw defect.found.error
    if (pool.isEmpty()) throw new NoHealthyEndpoint(this.#lastReason)
    if (this.#lostInRow >= options.policy.maxLostInRow) throw new NoHealthyEndpoint(`${this.#lostInRow} requests in a row failed: ${this.#lastReason}`)
  }

  /** Sends jobs to the least busy endpoint as long as any has room. */
  #sendAll(): void {
    const { pool, timers } = this.#shared
    const idle = new Set<PooledEndpoint<E>>()
    while (!timers.isStopped()) {
      const pooled = pool.leastBusy(idle)
      if (!pooled) return
      const task = this.#queue.take(pooled.index)
      // The limit counts a job until just after it has ended.
      if (task) void pooled.limit(() => this.#send(pooled, task)).finally(() => setImmediate(() => this.proceed()))
      else idle.add(pooled)
    }
  }

  async #send(pooled: PooledEndpoint<E>, task: Task<J>): Promise<void> {
    const { options, pool, timers, explain } = this.#shared
    try {
      const result = await options.send(pooled.endpoint, task.job)
      pool.succeeded(pooled)
      this.#end({ kind: 'done', job: task.job, result })
    } catch (error) {
      const failure = timers.isStopped() ? undefined : explain(error)
      if (failure) this.#failed(pooled, task, failure)
    }
    this.#wake()
  }

  /** Retries a job, here or elsewhere, or gives it up. */
  #failed(pooled: PooledEndpoint<E>, task: Task<J>, failure: Failure): void {
    const { options, pool, timers } = this.#shared
    this.#lastReason = failure.reason
    if (failure.blame === 'job') return this.#giveUp(pooled.index, task, failure.reason)
    pool.failed(pooled, failure)
    const mustWait = failure.retryAfterMs !== undefined
    const tried = { ...task, failures: task.failures + (mustWait ? 0 : 1), retryAfters: task.retryAfters + (mustWait ? 1 : 0) }
    if (tried.failures >= options.policy.maxAttempts || tried.retryAfters >= options.policy.maxRetryAfters)
      return this.#giveUp(pooled.index, task, failure.reason)
    // The endpoint waits; others need not.
    if (mustWait || failure.blame === 'endpoint') return this.#queue.giveBack(tried, pooled.index)
    timers.later(timers.backoff(tried.failures), () => {
      this.#queue.giveBack(tried, pooled.index)
      this.proceed()
    })
  }

  /** Tries the parts of a job one by one; a single part is lost. */
  #giveUp(avoid: number, { job }: Task<J>, reason: string): void {
    const parts = this.#shared.options.split(job)
    if (parts.length === 0) return this.#end({ kind: 'lost', job, reason })
    this.#open += parts.length - 1
    for (const part of parts) this.#queue.giveBack(newTask(part), avoid)
  }

  #end(outcome: Outcome<J, R>): void {
    this.#open--
    this.#lostInRow = outcome.kind === 'done' ? 0 : this.#lostInRow + 1
    this.#outcomes.push(outcome)
  }
}
