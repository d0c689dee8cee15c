/** Progress of a run on standard error: a bar with rate and time left on a terminal, one line a task where it is piped. */
import { SingleBar } from 'cli-progress'
import type { Watcher } from '../run/evaluate-model.ts'
import { printable } from '../text/printable.ts'
import { taskWorkSummary } from '../report/terminal/work-summary.ts'
import type { Terminal } from './terminal.ts'
import { count } from '../text/count.ts'

/** Watches one model's run; `label` stands before each task's name. `close` gives the terminal back, whatever happened. */
export function progressWatcher({ err, errorStream }: Terminal, label: string): Watcher & { readonly close: () => void } {
  let bar: SingleBar | undefined
  let task = ''
  let tokens = 0
  let startedAt = 0
  const close = () => {
    bar?.stop()
    bar = undefined
  }
  return {
    close,
    onNotice(notice) {
      // The bar draws itself again below.
      if (bar) errorStream.write('\r\u001B[K')
      err(`${label}: ${notice}`)
    },
    onTask(name) {
      task = name
      tokens = 0
      startedAt = performance.now()
      if (!errorStream.isTTY) return
      bar = new SingleBar({
        stream: errorStream,
        // The bar writes to the stream itself.
        format: `${printable(`${label} · ${name}`).replaceAll('\n', ' ')} {bar} {percentage} % · {rate} tokens/s · {left} left`,
        barsize: 20,
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false,
        linewrap: false,
      })
      bar.start(1, 0, { rate: '–', left: '–' })
    },
    onBatch(computed, doneShare) {
      tokens += computed
      const seconds = (performance.now() - startedAt) / 1000
      bar?.update(doneShare, { rate: count(Math.round(tokens / seconds)), left: duration(seconds / doneShare - seconds) })
    },
    onTaskEnd(work) {
      close()
      err(`${label} · ${task}: ${taskWorkSummary(work)}`)
    },
  }
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
