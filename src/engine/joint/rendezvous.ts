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

/** Runs works one after another, in the order of the calls, whatever becomes of those before. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = before.then(work, work)
    before = result.catch(() => {})
    return result
  }
}
