/** Processes that the program starts for work that would hold its own thread. */
import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { killAtExit } from './at-exit.ts'

/** What a child process is given. */
export interface ChildOptions {
  /** Flags of Node, behind those of this process. */
  readonly nodeOptions?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Where standard error goes; `pipe` is for the caller to read. */
  readonly standardError: 'ignore' | 'pipe'
}

/**
 * Starts the module `name` beside the module `from`, in the language of that one. It is in a process group of its own, because a signal to the
 * program's group (Ctrl-C, timeout) is for the program to answer: it ends its children when it needs them no more.
 */
export function startChild(name: string, from: string, { nodeOptions = [], env, standardError }: ChildOptions): ChildProcess {
  const here = fileURLToPath(from)
  const child = fork(path.join(path.dirname(here), `${name}${path.extname(here)}`), {
    execArgv: [...process.execArgv, ...nodeOptions],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', standardError, 'ipc'],
    // On Windows this would open a window.
    detached: process.platform !== 'win32',
    ...(env && { env }),
  })
  killAtExit(child)
  return child
}
