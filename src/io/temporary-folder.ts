/** Folders in the system's temporary directory (TMPDIR). None outlives the program; what a killed one left, the next one removes. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { removeAtExit } from './at-exit.ts'
import { isRunning } from './is-running.ts'

/** Dispose of it to remove it and all that is in it. */
export interface TemporaryFolder extends AsyncDisposable {
  /** Links resolved. */
  readonly path: string
}

/**
 * Makes a folder `evalharness-KIND-MACHINE-PROCESS-START-RANDOM`, at once, so that no exit comes between the folder and its removal. Failures are those of
 * the file system.
 */
export function makeTemporaryFolder(kind: string): TemporaryFolder {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), `evalharness-${kind}-${machineName()}-${process.pid}-${startOf(process.pid) ?? 0}-`)))
  const keepAtExit = removeAtExit(folder)
  return {
    path: folder,
    async [Symbol.asyncDispose]() {
      // Windows refuses while a process that was told to end still has a file of it open.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      keepAtExit()
    },
  }
}

const NAME = /^evalharness-[a-z]+-([0-9a-f]{8})-(\d+)-(\d+)-/u

/** Removes folders of programs that were killed on this machine. Never fails: leftovers of another program are no reason to end this one. */
export async function removeLeftovers(): Promise<void> {
  const [parent, ownMachine] = [os.tmpdir(), machineName()]
  for (const name of await readdir(parent).catch(() => [])) {
    const [, machine, processId, start] = NAME.exec(name) ?? []
    if (machine !== ownMachine || isAlive(Number(processId), Number(start))) continue
    await rm(path.join(parent, name), { recursive: true, force: true }).catch(() => {})
  }
}

/** Whether the process that began at `start` still runs; if the system does not say when one began, whether any of that number does. */
function isAlive(processId: number, start: number): boolean {
  const now = startOf(processId)
  if (now === 'ended') return false
  if (now !== undefined) return start === 0 || now === start
  // On Linux its /proc is hidden, or there is no such process.
  return isRunning(processId)
}

/**
 * When a process began, in ticks since the system did; `ended` if only its parent has not collected it; undefined if there is no such process or
 * the system is not Linux.
 */
function startOf(processId: number): number | 'ended' | undefined {
  try {
    // The name of the program, in parentheses, may hold anything.
    const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').replace(/^.*\)/su, '').trim().split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : Number(fields[19])
  } catch {
    return undefined
  }
}

/** Process numbers mean nothing on another machine or in another container that shares the directory. */
function machineName(): string {
  let namespace = ''
  try {
    namespace = readlinkSync('/proc/self/ns/pid')
  } catch {
    // Not Linux.
  }
  return createHash('sha1').update(`${os.hostname()} ${namespace}`).digest('hex').slice(0, 8)
}
