/** Processes that the program starts for work that would block its own thread. */
import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { killAtExit } from './at-exit.ts'

/** Which process to start, and how. */
export interface ChildOptions {
  /** Name of the module, without its extension. */
  readonly module: string
  /** `import.meta.url` of a module in the same folder. */
  readonly beside: string
  /** Flags of Node, added to those of this process. */
  readonly nodeOptions?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Where standard error goes; with `pipe` the caller reads it. */
  readonly standardError: 'ignore' | 'pipe'
}

/**
 * Starts a module as a process, killed at the latest when the program exits. The process has a process group of its own, so that a signal to the
 * program's group (Ctrl-C, timeout) reaches the program alone, which ends its children itself.
 */
export function startChild({ module, beside, nodeOptions = [], env, standardError }: ChildOptions): ChildProcess {
  const file = fileURLToPath(beside)
  const child = fork(path.join(path.dirname(file), `${module}${path.extname(file)}`), {
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
