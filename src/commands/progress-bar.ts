/** A progress bar on standard error. */
import { SingleBar } from 'cli-progress'
import { printable } from '../text/printable.ts'
import type { Terminal } from './terminal.ts'

/** Draws nothing if standard error is not a terminal. */
export interface ProgressBar {
  /** Starts a bar; `format` has its fields in braces, as cli-progress has it. */
  start(format: string, total: number, fields?: Readonly<Record<string, string>>): void
  /** Sets how much is done. */
  update(done: number, fields?: Readonly<Record<string, string>>): void
  increment(by?: number): void
  /** Clears the line for other words; the bar is drawn again at the next update. */
  makeRoom(): void
  /** Removes the bar, if there is one. */
  stop(): void
}

/** A bar over a terminal; one at a time. */
export function progressBar({ errorStream }: Pick<Terminal, 'errorStream'>): ProgressBar {
  let bar: SingleBar | undefined
  return {
    start(format, total, fields = {}) {
      bar?.stop()
      if (!errorStream.isTTY) return
      const line = printable(format).replaceAll('\n', ' ')
      bar = new SingleBar({
        stream: errorStream,
        format: line,
        barsize: 20,
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false,
        linewrap: false,
      })
      bar.start(total, 0, fields)
    },
    update: (done, fields = {}) => bar?.update(done, fields),
    increment: (by = 1) => bar?.increment(by),
    makeRoom() {
      if (bar) errorStream.write('\r\u001B[K')
    },
    stop() {
      bar?.stop()
      bar = undefined
    },
  }
}
