/** What a child process of the program does with signals, and how it ends. */
import { Worker } from 'node:worker_threads'

/**
 * Leaves signals to the program, for a scheduler may send them to every process. Ends this process within a second of the program's end, by a thread
 * that looks whether the program is still there: work may hold the process's own thread for minutes.
 */
export function endWithProgram(): void {
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
