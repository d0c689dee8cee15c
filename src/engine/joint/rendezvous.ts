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

/** Works that must not run at the same time. */
export interface Turns {
  /** Whether nothing runs or waits. */
  isIdle(): boolean
  /** Runs a work after all those before it, whatever becomes of them. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/** Turns without a work. */
export function inTurn(): Turns {
  let before: Promise<unknown> = Promise.resolve()
  let pending = 0
  return {
    isIdle: () => pending === 0,
    run(work) {
      pending++
      const result = before.then(work, work)
      before = result.catch(() => {}).finally(() => pending--)
      return result
    },
  }
}
