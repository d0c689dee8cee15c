/**
 * What signals do to the program. `timeout`, `npm run`, `docker stop` and terminals deliver one twice within milliseconds, so only a signal that comes
 * some seconds after the first was announced forces the end; and no end, forced or not, cuts a write.
 */

/** Ctrl-C, a scheduler's request, a closed terminal or a lost connection; and Ctrl-Break on Windows. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', ...(process.platform === 'win32' ? (['SIGBREAK'] as const) : [])] as const

/** A signal within this time of the announcement is taken for the same wish. */
export const FORCE_AFTER_MS = 3000

/** Where signals arrive: the process. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
}

/** What to do on signals. */
export interface InterruptionHandlers {
  /** Before anything else is done about the first signal. */
  readonly announce: (signal: NodeJS.Signals) => void
  /** Ends the program without waiting for its work. */
  readonly force: () => void
  /** Milliseconds, from any moment. */
  readonly now?: () => number
}

/** Watches for signals from now on; comes back with what is aborted by the first. */
export function watchSignals(source: SignalSource, { announce, force, now = () => performance.now() }: InterruptionHandlers): AbortSignal {
  const interruption = new AbortController()
  let announcedAt: number | undefined
  let isForced = false
  const listener = (signal: NodeJS.Signals) => {
    if (announcedAt === undefined) {
      announce(signal)
      announcedAt = now()
      interruption.abort()
    } else if (!isForced && now() - announcedAt >= FORCE_AFTER_MS) {
      isForced = true
      force()
    }
  }
  for (const signal of SIGNALS) source.on(signal, listener)
  return interruption.signal
}

/** What an interruption does to a command, as the user is told. */
export function announcement(signal: NodeJS.Signals, command: string | undefined): string {
  const consequence = CONSEQUENCES.get(command ?? '') ?? 'ending'
  return `${signal}: ${consequence}. To force the end, press Ctrl-C or send the signal again after ${FORCE_AFTER_MS / 1000} seconds.`
}

const CONSEQUENCES: ReadonlyMap<string, string> = new Map([
  ['run', 'ending the run and writing what was scored'],
  ['demo', 'ending the demo; its folder keeps what is complete'],
  ['prune', 'ending the search and removing the unfinished checkpoint'],
])
