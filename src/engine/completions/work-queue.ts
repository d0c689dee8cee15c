/** Work in order, for several takers: neighbors go to one taker as long as there is enough for all. Plain data, no waiting. */

/** What is left to do. */
export interface WorkQueue<J> {
  /** The next job for a taker, undefined when there is none that it may have. */
  take(taker: number): J | undefined
  /** Returns a job that was not done; `avoid` should not get it again while others can. */
  giveBack(job: J, avoid: number | null): void
}

/**
 * Cuts jobs into a span for each taker. A taker whose span is done gets half of the longest that is left, from its far end, so that the shared
 * prefixes in a server's cache are used by that server and not by others. Jobs that were given back come first; `canTake` says who works
 * at the time.
 */
export function workQueue<J>(jobs: readonly J[], takerCount: number, canTake: (taker: number) => boolean): WorkQueue<J> {
  const spans = Array.from({ length: takerCount }, (_, taker) => ({
    next: Math.floor((taker * jobs.length) / takerCount),
    end: Math.floor(((taker + 1) * jobs.length) / takerCount),
  }))
  const returned: { readonly job: J; readonly avoid: number | null }[] = []
  const isAlone = (taker: number) => spans.every((_, other) => other === taker || !canTake(other))
  return {
    take(taker) {
      const place = returned.findIndex(({ avoid }) => avoid !== taker || isAlone(taker))
      if (place >= 0) return returned.splice(place, 1)[0]!.job
      const own = spans[taker]!
      if (own.next === own.end) {
        const longest = spans.reduce((best, span) => (span.end - span.next > best.end - best.next ? span : best))
        const start = longest.next + Math.floor((longest.end - longest.next) / 2)
        ;[own.next, own.end, longest.end] = [start, longest.end, start]
      }
      return own.next === own.end ? undefined : jobs[own.next++]
    },
    giveBack: (job, avoid) => void returned.push({ job, avoid }),
  }
}
