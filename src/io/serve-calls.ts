/** The child's end of child-rpc.ts: how a child process of the program serves calls, treats signals, and ends. */
import { Worker } from 'node:worker_threads'
import { errorText } from '../text/error-text.ts'
import type { Call, Methods, Response } from './child-rpc.ts'

/** Answers calls with `methods`, until the parent closes the channel or is gone. */
export function serveCalls<M extends Methods<M>>(methods: M): void {
  process.on('message', ({ method, argument }: Call) => {
    const called = methods[method as keyof M](argument as never)
    void called
      .then(
        (value): Response => ({ kind: 'result', value }),
        (error: unknown): Response => ({ kind: 'error', message: errorText(error) }),
      )
      .then((response) => process.send!(response))
  })
  process.on('disconnect', () => process.exit(0))
  endWithProgram()
}

/**
 * Leaves signals to the program, because a scheduler may send them to every process. Ends this process within a second of the program's end, from a
 * thread that checks whether the program still runs: a call may block the main thread for minutes, and then it does not see the channel close.
 */
function endWithProgram(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  const watch = `setInterval(() => {
    try {
      process.kill(${process.ppid}, 0)
      if (process.ppid === ${process.ppid}) return
    } catch {}
    process.kill(process.pid, 'SIGKILL')
  }, 500)`
  new Worker(watch, { eval: true, execArgv: [] }).unref()
}
