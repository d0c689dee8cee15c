/** Progress on standard error: a bar on a terminal; elsewhere a line at the start and one a minute. Nothing with `--quiet`. */
import { duration } from '../text/duration.ts'
import { printable } from '../text/printable.ts'
import { minuteLine, progressLine, type ProgressState } from './progress-line.ts'
import type { Terminal } from './terminal.ts'

/** What takes long: one at a time. */
export interface Work {
  /** In a few words: `original · piqa`. */
  readonly title: string
  /** Steps of it, or 1 for shares; null for what has none. */
  readonly total: number | null
  /** What the line at its start says if there is no bar: `original · piqa: 400 requests`. Absent for no such line. */
  readonly announcement?: string
}

/** Shows how far something is. */
export interface Progress {
  /** Starts a work; an earlier one ends. */
  start(work: Work): void
  /** Sets how much of the total is done; `detail` is what else is known, such as a rate. */
  update(done: number, detail?: string): void
  increment(by?: number): void
  /** Says that another work started beside this one, if there is no bar. */
  announce(line: string): void
  /** Clears the bar's line for other words; the bar is drawn again at the next update. */
  makeRoom(): void
  /** Ends the work, if there is one. */
  stop(): void
}

const MINUTE_MS = 60_000
/** The first steps of a work are short ones, from which no time can be estimated. */
const LEAST_SHARE = 0.02
/** Between two drawings of a bar. */
const DRAWING_MS = 200

/** Progress over a terminal. */
export function progressOf({ errorStream, err, verbosity }: Pick<Terminal, 'errorStream' | 'err' | 'verbosity'>): Progress {
  const canDraw = verbosity !== 'quiet' && errorStream.isTTY
  let current: (Work & { readonly startedAt: number; updatedAt: number; done: number; detail: string | undefined }) | undefined
  let timer: NodeJS.Timeout | undefined
  let [drawn, drawnAt] = ['', 0]

  const state = (): ProgressState => {
    const { title, total, done, detail, startedAt, updatedAt } = current!
    if (total === null) return { title, share: null }
    const share = total === 0 ? 1 : Math.min(1, done / total)
    // From the last step on, for a step may take long; counted from now, the time left would grow while one waits.
    const atStep = (updatedAt - startedAt) / 1000
    const left = atStep / share - atStep - (performance.now() - updatedAt) / 1000
    return { title, share, detail, left: share < LEAST_SHARE || left <= 0 ? undefined : duration(left) }
  }
  const draw = () => {
    drawnAt = performance.now()
    // Made anew each time, so that it fits the terminal after a change of its width.
    const line = progressLine(state(), errorStream.columns || 80)
    if (line !== drawn) errorStream.write(`\r${line}${CLEAR_RIGHT}`)
    drawn = line
  }
  const makeRoom = () => {
    if (drawn !== '') errorStream.write(`\r${CLEAR_RIGHT}`)
    drawn = ''
  }
  const update = (done: number, detail: string | undefined) => {
    if (!current) return
    Object.assign(current, { done, detail, updatedAt: performance.now() })
    if (canDraw && performance.now() - drawnAt > DRAWING_MS) draw()
  }
  const stop = () => {
    clearInterval(timer)
    makeRoom()
    current = undefined
  }
  return {
    start(work) {
      stop()
      if (verbosity === 'quiet') return
      const title = printable(work.title).replaceAll('\n', ' ')
      current = { ...work, title, startedAt: performance.now(), updatedAt: performance.now(), done: 0, detail: undefined }
      if (!canDraw && work.announcement !== undefined) err(work.announcement)
      timer = canDraw ? setInterval(draw, DRAWING_MS) : setInterval(() => err(minuteLine(state())), MINUTE_MS)
      timer.unref()
      if (canDraw) draw()
    },
    announce(line) {
      if (verbosity !== 'quiet' && !canDraw) err(line)
    },
    update,
    increment: (by = 1) => update((current?.done ?? 0) + by, current?.detail),
    makeRoom,
    stop,
  }
}

const CLEAR_RIGHT = '\u001B[K'
