/** A time budget for measurements: steps that cannot begin in time are skipped and named, failures are recorded, and the rest continues. */
import { AbortError, EngineError, HarnessError, unlessAborted } from '../errors.ts'

/** A part of the work. */
export interface StepOptions {
  readonly what: string
  /** The step begins only if this many milliseconds are left. */
  readonly leastMs: number
}

/** Steps under one deadline. */
export interface TimeBudget {
  /** Of performance.now(). */
  readonly deadline: number
  readonly failures: readonly { readonly what: string; readonly reason: string; readonly hint: string }[]
  readonly leftOut: readonly { readonly what: string; readonly why: string }[]
  /** Milliseconds that are left, at least 0. */
  readonly leftMs: () => number
  /** Notes that something was not tried. */
  readonly leaveOut: (what: string, why: string) => void
  /** Does a part of the work; undefined if it was left out, was interrupted or failed. Fails on bugs only. */
  readonly step: <T>(options: StepOptions, work: () => Promise<T>) => Promise<T | undefined>
}

/** Milliseconds that a running step may take after the deadline. Then it is abandoned, because it may never end. */
const GRACE_MS = 15_000

const INTERRUPTED = 'interrupted'
/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1

/** A budget that ends at `deadline`; `onStep` receives the name of each step that begins. */
export function timeBudget(
  deadline: number,
  { onStep, signal }: { readonly onStep: (what: string) => void; readonly signal?: AbortSignal | undefined },
): TimeBudget {
  const failures: { what: string; reason: string; hint: string }[] = []
  const leftOut: { what: string; why: string }[] = []
  const leftMs = () => Math.max(0, deadline - performance.now())
  return {
    deadline,
    failures,
    leftOut,
    leftMs,
    leaveOut: (what, why) => void leftOut.push({ what, why }),
    async step({ what, leastMs }, work) {
      if (signal?.aborted) {
        leftOut.push({ what, why: INTERRUPTED })
        return undefined
      }
      if (leftMs() < leastMs) {
        leftOut.push({ what, why: 'no time left' })
        return undefined
      }
      onStep(what)
      try {
        return await unlessAborted(givenUpAfter(leftMs() + GRACE_MS, work()), signal)
      } catch (error) {
        if (error instanceof AbortError) {
          leftOut.push({ what, why: INTERRUPTED })
          return undefined
        }
        if (!(error instanceof HarnessError)) throw error
        failures.push({ what, reason: error.message, hint: error.hint })
        return undefined
      }
    },
  }
}

async function givenUpAfter<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineError('it did not end in time', 'Give more time with --budget.')), Math.min(ms, LONGEST_MS))
  })
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
  }
}
