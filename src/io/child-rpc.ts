/**
 * Calls of functions in a child process over its IPC channel: the parent's end. The child's end is serve-calls.ts. Arguments and results cross by
 * structured clone. This is the one place that handles a child's exit, its errors and its killing.
 */
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { startChild, type ChildOptions } from './child-process.ts'

/** The functions of a child process, by name. */
export type Methods<M> = { readonly [K in keyof M]: (argument: never) => Promise<unknown> }

/** Sent to the child. */
export interface Call {
  readonly method: string
  readonly argument: unknown
}

/** Sent back: the result of the function, or the message of its error. */
export type Response = { readonly kind: 'result'; readonly value: unknown } | { readonly kind: 'error'; readonly message: string }

/** The function in the child failed; the child goes on. */
export class RemoteError extends Error {}

/** The child ended before it answered. */
export class ChildEnded extends Error {
  /** Null if a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null

  /** `SIGKILL` or `exit code 7`. */
  readonly how: string

  constructor(code: number | null, signal: NodeJS.Signals | null) {
    const how = signal ?? `exit code ${code}`
    super(`the process ended with ${how}`)
    this.how = how
    this.code = code
    this.signal = signal
  }
}

/** The child took longer than the call allows, and was killed. */
export class ChildTimeout extends Error {}

/** A child process that takes one call at a time. */
export interface ChildRpc<M extends Methods<M>> {
  /** Whether the process runs and can be called. */
  readonly isRunning: () => boolean
  /** Calls a function. Rejects with RemoteError, ChildEnded, or ChildTimeout after `timeoutMs`. */
  call<K extends keyof M & string>(method: K, argument: Parameters<M[K]>[0], timeoutMs?: number): Promise<Awaited<ReturnType<M[K]>>>
  /** Kills the process, whatever it is doing. */
  kill(): void
  /** Standard error of the process, if it is piped. */
  readonly standardError: Readable | null
}

/** Starts a child process. The program waits for it during a call only. */
export function startRpc<M extends Methods<M>>(options: ChildOptions): ChildRpc<M> {
  const child = startChild(options)
  // Sending to a process that has just ended is an error event; the call then sees the exit.
  child.on('error', () => {})
  waitFor(child, false)
  return {
    isRunning: () => child.connected && child.exitCode === null && child.signalCode === null,
    call: async (method, argument, timeoutMs) => (await exchange(child, { method, argument }, timeoutMs)) as never,
    kill: () => void child.kill('SIGKILL'),
    standardError: child.stderr,
  }
}

/** Sends a call and waits for its response, or for the end of the process. */
async function exchange(child: ChildProcess, call: Call, timeoutMs: number | undefined): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) throw new ChildEnded(child.exitCode, child.signalCode)
  let timer: NodeJS.Timeout | undefined
  let stopListening = () => {}
  waitFor(child, true)
  try {
    return await new Promise((resolve, reject) => {
      const onMessage = (response: Response) => {
        if (response.kind === 'result') resolve(response.value)
        else reject(new RemoteError(response.message))
      }
      const onExit = (code: number | null, signal: NodeJS.Signals | null) => reject(new ChildEnded(code, signal))
      // If the channel is closed the exit follows, and says why.
      const onError = (error: NodeJS.ErrnoException) => (isClosed(error) ? undefined : reject(error))
      child.once('message', onMessage).once('exit', onExit).on('error', onError)
      stopListening = () => void child.off('message', onMessage).off('exit', onExit).off('error', onError)
      if (timeoutMs !== undefined)
        timer = setTimeout(() => {
          child.kill('SIGKILL')
          reject(new ChildTimeout(`no response within ${timeoutMs / 1000} s`))
        }, timeoutMs)
      child.send(call)
    })
  } finally {
    clearTimeout(timer)
    stopListening()
    waitFor(child, false)
  }
}

function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ERR_IPC_CHANNEL_CLOSED'
}

/** Whether the program stays alive for the process. */
function waitFor(child: ChildProcess, isCalled: boolean): void {
  if (isCalled) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}
