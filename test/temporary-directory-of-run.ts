/**
 * A temporary directory for a whole run of vitest, below the system's. At the end it is removed, and the run fails if anything is left in it:
 * each test file removes its own (test/own-temporary-directory.ts).
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isRunning } from '../src/is-running.ts'

const PREFIX = 'evalharness-tests-'

export default function makeTemporaryDirectory(): () => void {
  const parent = os.tmpdir()
  removeLeftovers(parent)
  const folder = mkdtempSync(path.join(parent, `${PREFIX}${process.pid}-`))
  process.env['EVALHARNESS_TEST_TMPDIR'] = folder
  process.env['TMPDIR'] = folder
  return () => {
    const left = readdirSync(folder, { recursive: true })
    rmSync(folder, { recursive: true, force: true })
    if (left.length > 0) throw new Error(`left in the temporary directory of the tests: ${left.slice(0, 20).join(', ')}`)
  }
}

/** What runs left that were killed. */
function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const processId = new RegExp(`^${PREFIX}(\\d+)-`, 'u').exec(name)?.[1]
    if (processId !== undefined && !isRunning(Number(processId))) rmSync(path.join(parent, name), { recursive: true, force: true })
  }
}
