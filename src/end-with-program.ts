/** For processes that the program starts: work that holds their only thread must not outlive it. */
import { Worker } from 'node:worker_threads'

/** Ends this process within a second of the one that started it, by a thread that looks whether that is still there. */
export function endWithProgram(): void {
  const watch = `setInterval(() => {
    try {
      process.kill(${process.ppid}, 0)
      if (process.ppid === ${process.ppid}) return
    } catch {}
    process.kill(process.pid, 'SIGKILL')
  }, 500)`
  new Worker(watch, { eval: true, execArgv: [] }).unref()
}
