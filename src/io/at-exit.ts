/**
 * Cleans up at the program's exit: registered folders are removed and registered child processes killed, however the program exits, except by SIGKILL.
 * Registered writes are finished before a forced exit.
 */
import type { ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'

const paths = new Set<string>()
const children = new Set<ChildProcess>()
const writes = new Set<Promise<unknown>>()
let isWatching = false
let isExiting = false

function watchExit(): void {
  if (isWatching) return
  isWatching = true
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL')
    // A child that was just killed may still write into a folder of ours.
    for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  })
}

/** Removes a file or folder at the program's exit, unless the returned function was called before. */
export function removeAtExit(path: string): () => void {
  watchExit()
  paths.add(path)
  return () => void paths.delete(path)
}

/** Kills a child process at the program's exit. */
export function killAtExit(child: ChildProcess): void {
  watchExit()
  children.add(child)
  child.once('exit', () => children.delete(child))
}

/**
 * Lets the exit wait for a write, which may consist of others. Resolves with its value, and never if the program is exiting and the write is not part
 * of one that it waits for.
 */
export async function finishBeforeExit<T>(write: () => Promise<T>): Promise<T> {
  if (isExiting && writes.size === 0) return new Promise<T>(() => {})
  const writing = write()
  writes.add(writing)
  try {
    return await writing
  } finally {
    writes.delete(writing)
  }
}

/** Before an exit: waits until no registered write is under way, at most `longestMs`. No other begins. */
export async function writesFinished(longestMs: number): Promise<void> {
  isExiting = true
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), longestMs)
  })
  while (writes.size > 0) if ((await Promise.race([Promise.allSettled(writes), deadline])) === true) break
  clearTimeout(timer)
}
