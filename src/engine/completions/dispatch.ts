/** Jobs dealt to several endpoints: each job answered once or given up by name, whatever the endpoints do. Knows nothing of HTTP. */
import { startWaits, type Patience } from './retry-policy.ts'
import { openRoster, type Failure, type Seat } from './endpoint-pool.ts'
import { workQueue } from './work-queue.ts'

/** What the dealer is told about endpoints and jobs. */
export interface Dealing<E, J, R> {
  /** Jobs in flight at each endpoint. */
  readonly concurrency: number
  readonly patience: Patience
  send(endpoint: E, job: J): Promise<R>
  /** Puts a question whose answer is known; fails where the endpoint is not well. */
  check(endpoint: E): Promise<unknown>
  /** Why a send or a check failed; throws what it does not know, which ends the deal. */
  explain(error: unknown): Failure
  /** The parts of a job that fails as a whole, so that one bad part does not take the others with it; a single part has none. */
  split(job: J): readonly J[]
  readonly onNotice: (notice: string) => void
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

/** A job and what it has met so far. */
interface Task<J> {
  readonly job: J
  readonly failures: number
  readonly rests: number
}

/** A dealer over endpoints that have been found well. */
export function openDealer<E extends { readonly name: string }, J, R>(endpoints: readonly E[], dealing: Dealing<E, J, R>): Dealer<J, R> {
  const { patience, concurrency, onNotice } = dealing
  const waits = startWaits(patience, dealing.random ?? Math.random)
  /** An error that nobody explains. */
  let defect: { readonly error: unknown } | undefined
  /** Of the deal that is going on: there may be something to do. */
  let wake = () => {}
  const explain = (error: unknown): Failure | undefined => {
    try {
      return dealing.explain(error)
    } catch (unexplained) {
      defect = { error: unexplained }
      return undefined
    }
  }
  const check = (endpoint: E) => dealing.check(endpoint)
  const roster = openRoster(endpoints, { concurrency, patience, waits, check, explain, onNotice, onChange: () => wake() })

  async function* deal(jobs: readonly J[]): AsyncGenerator<Outcome<J, R>> {
    const tasks = jobs.map((job): Task<J> => ({ job, failures: 0, rests: 0 }))
    const queue = workQueue(tasks, endpoints.length, (taker) => roster.seats[taker]!.state === 'working')
    const outcomes: Outcome<J, R>[] = []
    let open = jobs.length
    let lostInRow = 0
    let lastReason = ''
    /** Ends the wait for outcomes. */
    let told = () => {}

    const end = (outcome: Outcome<J, R>) => {
      open--
      lostInRow = outcome.kind === 'done' ? 0 : lostInRow + 1
      outcomes.push(outcome)
    }
    const giveUp = (seat: Seat<E>, { job }: Task<J>, reason: string) => {
      const parts = dealing.split(job)
      if (parts.length === 0) return end({ kind: 'lost', job, reason })
      open += parts.length - 1
      for (const part of parts) queue.giveBack({ job: part, failures: 0, rests: 0 }, seat.index)
    }
    const fail = (seat: Seat<E>, task: Task<J>, failure: Failure) => {
      lastReason = failure.reason
      if (failure.blame === 'job') return giveUp(seat, task, failure.reason)
      roster.failed(seat, failure)
      const isAtRest = failure.retryAfterMs !== undefined
      const tried = { ...task, failures: task.failures + (isAtRest ? 0 : 1), rests: task.rests + (isAtRest ? 1 : 0) }
      if (tried.failures >= patience.tries || tried.rests >= patience.rests) return giveUp(seat, task, failure.reason)
      // The endpoint waits; whoever else is there need not.
      if (isAtRest || failure.blame === 'endpoint') return queue.giveBack(tried, seat.index)
      waits.later(waits.backoff(tried.failures), () => {
        queue.giveBack(tried, seat.index)
        wake()
      })
    }
    const work = async (seat: Seat<E>, task: Task<J>) => {
      try {
        const result = await dealing.send(seat.endpoint, task.job)
        roster.succeeded(seat)
        end({ kind: 'done', job: task.job, result })
      } catch (error) {
        const failure = waits.isStopped() ? undefined : explain(error)
        if (failure) fail(seat, task, failure)
      }
      told()
    }
    /** Gives work to the least busy as long as anybody has room. */
    const dealOut = () => {
      const idle = new Set<Seat<E>>()
      for (;;) {
        const seat = waits.isStopped() ? undefined : roster.leastBusy(idle)
        if (!seat) return
        const task = queue.take(seat.index)
        // The limit counts a job until just after it has ended.
        if (task) void seat.limit(work, seat, task).finally(() => setImmediate(() => wake()))
        else idle.add(seat)
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
        if (open === 0 || waits.isStopped()) return
        if (defect) throw defect.error
        if (roster.isEveryoneOut()) throw new NobodyLeft(lastReason)
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
      waits.stop()
      wake()
    },
  }
}
