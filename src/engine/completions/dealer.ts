/** Jobs dealt to several endpoints: each job answered once or given up by name, whatever the endpoints do. Knows nothing of HTTP. */
import pLimit, { type LimitFunction } from 'p-limit'
import { workQueue, type WorkQueue } from './work-queue.ts'

/** What may be done after a failure. */
export interface Failure {
  /** `job`: this job will fail anywhere. `endpoint`: the endpoint takes nothing at all. `either`: it may have been the one or the other. */
  readonly blame: 'job' | 'endpoint' | 'either'
  readonly reason: string
  /** The endpoint asks to be left alone for so long, in milliseconds; the job is not to blame. */
  readonly retryAfterMs?: number
}

/** How long to try; times in milliseconds. */
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

/** What the dealer is told about endpoints and jobs. */
export interface Dealing<E, J, R> {
  readonly concurrency: number
  readonly patience: Patience
  send(endpoint: E, job: J): Promise<R>
  /** Puts a question whose answer is known; fails where the endpoint is not well. */
  check(endpoint: E): Promise<unknown>
  /** Why a send or a check failed; throws what it does not know, which ends the deal. */
  explain(error: unknown): Failure
  /** The parts of a job that fails as a whole, so that one bad part does not take the others with it; a single part has none. */
  split(job: J): readonly J[]
  onNotice(notice: string): void
  /** Between 0 and 1; random unless a test says otherwise. */
  readonly random?: () => number
}

/** The end of a job. */
export type Outcome<J, R> = { readonly kind: 'done'; readonly job: J; readonly result: R } | { readonly kind: 'lost'; readonly job: J; readonly reason: string }

/** No endpoint is left, or nothing that is sent comes to an end. */
export class NobodyLeft extends Error {}

/** Deals jobs; remembers between calls which endpoints are out. */
export interface Dealer<J, R> {
  /** Each job, or each of the parts that it was split into, comes back once. Fails with NobodyLeft. */
  deal(jobs: readonly J[]): AsyncGenerator<Outcome<J, R>>
  /** Ends all waiting; whoever reads outcomes gets no more. */
  stop(): void
}

interface Seat<E> {
  readonly endpoint: E
  readonly index: number
  readonly limit: LimitFunction
  /** `asked` waits for its answer to a known question. */
  state: 'working' | 'asked' | 'out'
  failuresInRow: number
  /** A time of `Date.now()` before which it is left alone. */
  restsUntil: number
}

interface Task<J> {
  readonly job: J
  readonly failures: number
  readonly rests: number
}

/** Timers come a millisecond early at times. */
const TIMER_SLACK_MS = 2

/** A dealer over endpoints that have been found well. */
export function openDealer<E extends { readonly name: string }, J, R>(endpoints: readonly E[], dealing: Dealing<E, J, R>): Dealer<J, R> {
  const { patience, concurrency, random = Math.random } = dealing
  const seats = endpoints.map((endpoint, index): Seat<E> => ({
    endpoint,
    index,
    limit: pLimit(concurrency),
    state: 'working',
    failuresInRow: 0,
    restsUntil: 0,
  }))
  const timers = new Set<NodeJS.Timeout>()
  let isStopped = false
  /** An error that nobody explains. */
  let defect: { readonly error: unknown } | undefined
  /** Of the deal that is going on. */
  let wake = () => {}

  const later = (milliseconds: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (!isStopped) work()
    }, milliseconds)
    timers.add(timer)
  }
  /** Between half and all of what doubling gives, so that what failed together does not come back together. */
  const backoff = (failures: number) => Math.min(patience.mostBackoffMs, patience.backoffMs * 2 ** (failures - 1)) * (0.5 + random() / 2)

  const explained = (error: unknown): Failure | undefined => {
    try {
      return dealing.explain(error)
    } catch (unexplained) {
      defect = { error: unexplained }
      return undefined
    }
  }

  /** Asks an endpoint a known question until it answers, or is out. */
  function doubt(seat: Seat<E>, reason: string, checks = 1): void {
    if (seat.state === 'out') return
    if (checks > patience.checks) {
      seat.state = 'out'
      dealing.onNotice(`${seat.endpoint.name} is left out from here on: ${reason}`)
      wake()
      return
    }
    seat.state = 'asked'
    later(Math.max(backoff(checks), seat.restsUntil - Date.now()), () => {
      void dealing.check(seat.endpoint).then(
        () => {
          seat.state = 'working'
          seat.failuresInRow = 0
          wake()
        },
        (error: unknown) => {
          const failure = explained(error)
          if (!failure) return wake()
          rest(seat, failure)
          if (seat.state === 'asked') doubt(seat, failure.reason, checks + 1)
        },
      )
    })
  }

  /** Leaves an endpoint alone for as long as it asks for. */
  function rest(seat: Seat<E>, { retryAfterMs, reason }: Failure): void {
    if (retryAfterMs === undefined || seat.state === 'out') return
    if (retryAfterMs > patience.mostRetryAfterMs) {
      seat.state = 'out'
      dealing.onNotice(`${seat.endpoint.name} is left out from here on: ${reason}, and asks to be left alone for ${Math.round(retryAfterMs / 1000)} s`)
      wake()
      return
    }
    seat.restsUntil = Math.max(seat.restsUntil, Date.now() + retryAfterMs)
    later(retryAfterMs + TIMER_SLACK_MS, () => wake())
  }

  async function* deal(jobs: readonly J[]): AsyncGenerator<Outcome<J, R>> {
    const queue: WorkQueue<Task<J>> = workQueue(
      jobs.map((job) => ({ job, failures: 0, rests: 0 })),
      seats.length,
      (taker) => seats[taker]!.state === 'working',
    )
    let open = jobs.length
    let lostInRow = 0
    let lastReason = ''
    const outcomes: Outcome<J, R>[] = []
    let told = () => {}

    const end = (outcome: Outcome<J, R>) => {
      open--
      lostInRow = outcome.kind === 'done' ? 0 : lostInRow + 1
      outcomes.push(outcome)
    }
    const giveUpOrSplit = (seat: Seat<E>, { job }: Task<J>, reason: string) => {
      const parts = dealing.split(job)
      if (parts.length === 0) return end({ kind: 'lost', job, reason })
      open += parts.length - 1
      for (const part of parts) queue.giveBack({ job: part, failures: 0, rests: 0 }, seat.index)
    }
    const fail = (seat: Seat<E>, task: Task<J>, failure: Failure) => {
      const { blame, reason } = failure
      lastReason = reason
      if (blame === 'job') return giveUpOrSplit(seat, task, reason)
      seat.failuresInRow++
      rest(seat, failure)
      if (seat.state === 'working' && (blame === 'endpoint' || seat.failuresInRow >= patience.failuresInRow)) doubt(seat, reason)
      const isAtRest = failure.retryAfterMs !== undefined
      const tried = { ...task, failures: task.failures + (isAtRest ? 0 : 1), rests: task.rests + (isAtRest ? 1 : 0) }
      if (tried.failures >= patience.tries || tried.rests >= patience.rests) return giveUpOrSplit(seat, task, reason)
      // The endpoint waits; whoever else is there need not.
      if (isAtRest || blame === 'endpoint') return queue.giveBack(tried, seat.index)
      later(backoff(tried.failures), () => {
        queue.giveBack(tried, seat.index)
        wake()
      })
    }
    const work = async (seat: Seat<E>, task: Task<J>) => {
      try {
        const result = await dealing.send(seat.endpoint, task.job)
        seat.failuresInRow = 0
        end({ kind: 'done', job: task.job, result })
      } catch (error) {
        const failure = isStopped ? undefined : explained(error)
        if (failure) fail(seat, task, failure)
      }
      told()
    }
    /** Gives work to the least busy as long as anybody has room. */
    const dealOut = () => {
      const now = Date.now()
      const empty = new Set<Seat<E>>()
      for (;;) {
        const free = seats.filter((seat) => seat.state === 'working' && seat.restsUntil <= now && busyness(seat) < concurrency && !empty.has(seat))
        if (isStopped || free.length === 0) return
        const seat = free.reduce((best, other) => (busyness(other) < busyness(best) ? other : best))
        const task = queue.take(seat.index)
        // The limit counts a job until just after it has ended.
        if (task) void seat.limit(work, seat, task).finally(() => setImmediate(() => wake()))
        else empty.add(seat)
      }
    }
    wake = () => {
      dealOut()
      told()
    }
    try {
      dealOut()
      for (;;) {
        const outcome = outcomes.shift()
        if (outcome) {
          yield outcome
          continue
        }
        if (open === 0 || isStopped) return
        if (defect) throw defect.error
        if (seats.every(({ state }) => state === 'out')) throw new NobodyLeft(lastReason)
        if (lostInRow >= patience.lostInRow) throw new NobodyLeft(`${lostInRow} requests in a row came to nothing: ${lastReason}`)
        await new Promise<void>((resolve) => (told = resolve))
      }
    } finally {
      wake = () => {}
    }
  }

  return {
    deal,
    stop() {
      isStopped = true
      for (const timer of timers) clearTimeout(timer)
      wake()
    },
  }
}

function busyness({ limit }: Seat<unknown>): number {
  return limit.activeCount + limit.pendingCount
}
