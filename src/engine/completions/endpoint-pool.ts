/** Endpoints and how they are: which work, which rest, which must show that they are well, and which are out. */
import pLimit, { type LimitFunction } from 'p-limit'
import type { Patience, Waits } from './retry-policy.ts'

/** What may be done after a failure. */
export interface Failure {
  /** `job`: this job will fail anywhere. `endpoint`: the endpoint takes nothing at all. `either`: it may have been the one or the other. */
  readonly blame: 'job' | 'endpoint' | 'either'
  readonly reason: string
  /** The endpoint asks to be left alone for so long, in milliseconds; the job is not to blame. */
  readonly retryAfterMs?: number
}

/** An endpoint at work. */
export interface Seat<E> {
  readonly endpoint: E
  readonly index: number
  readonly limit: LimitFunction
  /** `asked` waits for its answer to a known question. */
  state: 'working' | 'asked' | 'out'
  failuresInRow: number
  /** A time of `Date.now()` before which it is left alone. */
  restsUntil: number
}

/** All endpoints of a dealer. */
export interface Roster<E> {
  readonly seats: readonly Seat<E>[]
  /** The least busy of those that may have work now, but for `others`. */
  leastBusy(others: ReadonlySet<Seat<E>>): Seat<E> | undefined
  succeeded(seat: Seat<E>): void
  /** Notes a failure that was not the job's: the endpoint rests, or is asked a known question, or is out. */
  failed(seat: Seat<E>, failure: Failure): void
  isEveryoneOut(): boolean
}

/** What a roster needs. */
export interface RosterOptions<E> {
  readonly concurrency: number
  readonly patience: Patience
  readonly waits: Waits
  /** Puts a question whose answer is known; fails where the endpoint is not well. */
  check(endpoint: E): Promise<unknown>
  /** Why a check failed; undefined where that ends everything. */
  explain(error: unknown): Failure | undefined
  readonly onNotice: (notice: string) => void
  /** Someone is back, or out. */
  readonly onChange: () => void
}

/** Timers come a millisecond early at times. */
const TIMER_SLACK_MS = 2

/** A roster of endpoints that have been found well. */
export function openRoster<E extends { readonly name: string }>(endpoints: readonly E[], options: RosterOptions<E>): Roster<E> {
  const { concurrency, patience, waits, onChange } = options
  const seats = endpoints.map((endpoint, index): Seat<E> => ({
    endpoint,
    index,
    limit: pLimit(concurrency),
    state: 'working',
    failuresInRow: 0,
    restsUntil: 0,
  }))

  const leaveOut = (seat: Seat<E>, reason: string) => {
    seat.state = 'out'
    options.onNotice(`${seat.endpoint.name} is left out from here on: ${reason}`)
    onChange()
  }

  /** Leaves an endpoint alone for as long as it asks for. */
  const rest = (seat: Seat<E>, { retryAfterMs, reason }: Failure) => {
    if (retryAfterMs === undefined || seat.state === 'out') return
    if (retryAfterMs > patience.mostRetryAfterMs) return leaveOut(seat, `${reason}, and asks to be left alone for ${Math.round(retryAfterMs / 1000)} s`)
    seat.restsUntil = Math.max(seat.restsUntil, Date.now() + retryAfterMs)
    waits.later(retryAfterMs + TIMER_SLACK_MS, onChange)
  }

  /** Asks an endpoint a known question until it answers, or is out. */
  const doubt = (seat: Seat<E>, reason: string, checks = 1): void => {
    if (checks > patience.checks) return leaveOut(seat, reason)
    seat.state = 'asked'
    waits.later(Math.max(waits.backoff(checks), seat.restsUntil - Date.now()), () => {
      void options.check(seat.endpoint).then(
        () => {
          seat.state = 'working'
          seat.failuresInRow = 0
          onChange()
        },
        (error: unknown) => {
          const failure = options.explain(error)
          if (!failure) return onChange()
          rest(seat, failure)
          if (seat.state === 'asked') doubt(seat, failure.reason, checks + 1)
        },
      )
    })
  }

  return {
    seats,
    leastBusy(others) {
      const now = Date.now()
      const free = seats.filter((seat) => seat.state === 'working' && seat.restsUntil <= now && busyness(seat) < concurrency && !others.has(seat))
      return free.reduce<Seat<E> | undefined>((best, seat) => (best === undefined || busyness(seat) < busyness(best) ? seat : best), undefined)
    },
    succeeded: (seat) => void (seat.failuresInRow = 0),
    failed(seat, failure) {
      seat.failuresInRow++
      rest(seat, failure)
      if (seat.state === 'working' && (failure.blame === 'endpoint' || seat.failuresInRow >= patience.failuresInRow)) doubt(seat, failure.reason)
    },
    isEveryoneOut: () => seats.every(({ state }) => state === 'out'),
  }
}

function busyness({ limit }: Seat<unknown>): number {
  return limit.activeCount + limit.pendingCount
}
