/**
 * The effect of signals on the program. `timeout`, `npm run`, `docker stop` and terminals deliver one twice within milliseconds, so only a signal that comes
 * some seconds after the first was announced forces the end; and no end, forced or not, cuts a write.
 */
import { readFileSync } from 'node:fs'

/** Ctrl-C, a scheduler's request, a closed terminal or a lost connection; and Ctrl-Break on Windows. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', ...(process.platform === 'win32' ? (['SIGBREAK'] as const) : [])] as const

/** A signal within this time of the announcement counts as the same one. */
export const FORCE_AFTER_MS = 3000

/** The source of signals: the process. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
}

/** Actions on signals. */
export interface SignalHandlers {
  /** Before anything else is done about the first signal. */
  readonly announce: (signal: NodeJS.Signals) => void
  /** Ends the program without waiting for its work. */
  readonly force: () => void
  /** Milliseconds, from any moment. */
  readonly now?: () => number
}

/** Watches for signals from now on; the first one aborts the returned AbortSignal. */
export function watchSignals(source: SignalSource, { announce, force, now = () => performance.now() }: SignalHandlers): AbortSignal {
  const cancellation = new AbortController()
  let announcedAt: number | undefined
  let isForced = false
  const listener = (signal: NodeJS.Signals) => {
    if (announcedAt === undefined) {
      announce(signal)
      announcedAt = now()
      cancellation.abort()
    } else if (!isForced && now() - announcedAt >= FORCE_AFTER_MS) {
      isForced = true
      force()
    }
  }
  for (const signal of SIGNALS) source.on(signal, listener)
  return cancellation.signal
}

/** How often to check whether npm still runs. */
const PARENT_INTERVAL_MS = 250

/**
 * Signals a closed terminal to this process when npm, which started it, has ended. npm gives a signal to the shell between the two, which ends and passes
 * nothing on, or just ends itself; the program would continue with no way to stop it.
 */
export function hangUpWithNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return
  const hasEnded = npmWatch()
  const timer = setInterval(() => {
    if (!hasEnded()) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGHUP')
  }, PARENT_INTERVAL_MS)
  timer.unref()
}

/** Tells whether npm has ended: the process that it started has another parent then. If the system does not show processes, this process is watched. */
function npmWatch(): () => boolean {
  for (let [child, parent] = [process.pid, process.ppid]; parent > 1; [child, parent] = [parent, parentOf(parent)]) {
    if (/^(?:npm|npx) /u.test(readOfProcess(parent, 'cmdline'))) return () => parentOf(child) !== parent
  }
  const parent = process.ppid
  return () => process.ppid !== parent
}

/** 0 if unknown. */
function parentOf(processId: number): number {
  // The program's name, in parentheses, may hold anything.
  return Number(readOfProcess(processId, 'stat').split(')').at(-1)!.trim().split(' ')[1] ?? 0)
}

function readOfProcess(processId: number, file: string): string {
  try {
    return readFileSync(`/proc/${processId}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** The message about the effect of a signal on a command. */
export function announcement(signal: NodeJS.Signals, command: string | undefined): string {
  // Options without a command are those of run.
  const consequence = CONSEQUENCES.get(command?.startsWith('-') ? 'run' : (command ?? '')) ?? 'ending'
  return `${signal}: ${consequence}. To force the end, press Ctrl-C or send the signal again after ${FORCE_AFTER_MS / 1000} seconds.`
}

const CONSEQUENCES: ReadonlyMap<string, string> = new Map([
  ['run', 'ending the run and writing what was scored'],
  ['gate', 'ending the gate and storing what it knows'],
  ['layers', 'ending the scan; the same command continues from the response cache'],
  ['doctor', 'ending the check; a benchmark writes what it found'],
  ['demo', 'ending the demo; its folder keeps what is complete'],
  ['prune', 'ending the search and removing the unfinished checkpoint'],
])
