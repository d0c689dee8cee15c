/** Waiting for each other: of models that are computed together, none goes on before the others have arrived or left. */

/** A point that all must reach. */
export interface Rendezvous {
  /** Resolves when each has arrived or left; never rejects. */
  readonly all: Promise<void>
  arrive(one: number): void
  leave(one: number): void
}

/** A rendezvous of `expected`. */
export function rendezvous(expected: Iterable<number>): Rendezvous {
  const missing = new Set(expected)
  let resolve = () => {}
  const all = new Promise<void>((done) => {
    resolve = done
  })
  const remove = (one: number) => {
    missing.delete(one)
    if (missing.size === 0) resolve()
  }
  return { all, arrive: remove, leave: remove }
}

/** Places for works: as many run at a time as there are places. */
export interface Places {
  /** Whether nothing runs or waits. */
  isIdle(): boolean
  /** Runs a work in a free place, one that is preferred if there is one, or after all those before it, whatever becomes of them. */
  run<T>(work: (place: number) => Promise<T>, isPreferred?: (place: number) => boolean): Promise<T>
}

/** `count` free places, from 0. */
export function places(count: number): Places {
  const free = new Set(Array.from({ length: count }).keys())
  const waiting: ((place: number) => void)[] = []
  const take = (isPreferred: (place: number) => boolean): number | undefined => {
    const place = [...free].find(isPreferred) ?? [...free][0]
    if (place !== undefined) free.delete(place)
    return place
  }
  const giveBack = (place: number) => {
    const next = waiting.shift()
    if (next) next(place)
    else free.add(place)
  }
  return {
    isIdle: () => free.size === count,
    async run(work, isPreferred = () => false) {
      const place = take(isPreferred) ?? (await new Promise<number>((resolve) => waiting.push(resolve)))
      try {
        return await work(place)
      } finally {
        giveBack(place)
      }
    },
  }
}
