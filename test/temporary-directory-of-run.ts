/**
 * A temporary directory for a whole run of vitest, below the system's: each test file has its own in it (test/own-temporary-directory.ts). It is
 * removed when vitest ends, and the run fails if anything is still in that of a test file then.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isRunning } from '../src/io/is-running.ts'
import { TEST_FOLDER } from './temporary-folder.ts'

const PREFIX = 'evalharness-tests-'
/** Below the run's: where test files have theirs. */
const VARIABLE = 'EVALHARNESS_TEST_TMPDIR'

/** A plugin that makes the directory. */
export const temporaryDirectory = {
  name: 'temporary-directory',
  config() {
    const parent = os.tmpdir()
    removeLeftovers(parent)
    const folder = mkdtempSync(path.join(parent, `${PREFIX}${process.pid}-`))
    process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
    const ofFiles = path.join(folder, 't')
    mkdirSync(ofFiles)
    process.env['TMPDIR'] = folder
    process.env[VARIABLE] = ofFiles
  },
  configureVitest({ vitest }: { readonly vitest: object }) {
    const { _tmpDir: own } = vitest as VitestInside
    if (own !== undefined) process.on('exit', () => rmSync(own, { recursive: true, force: true, maxRetries: 5 }))
  },
}

interface VitestInside {
  /** Folder of Vitest's modules for its workers. Vitest chooses it before it loads plugins, and leaves it when it is interrupted. */
  readonly _tmpDir?: string
}

/** The check at the end, as vitest's global set-up. */
export default function checkAtTheEnd(): () => void {
  return () => {
    // If no test of a file was asked for, its hooks did not run: its directory is there, with folders of `temporaryFolder` that go when the worker ends.
    const left = readdirSync(process.env[VARIABLE]!, { recursive: true, encoding: 'utf8' }).filter((name) => isLeftByProgram(name.split(path.sep)))
    if (left.length > 0) throw new Error(`left in the temporary directory of the tests: ${left.slice(0, 20).join(', ')}`)
  }
}

function isLeftByProgram([, name]: readonly string[]): boolean {
  return name !== undefined && !name.startsWith(TEST_FOLDER)
}

/** What runs left that were killed. */
function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const processId = new RegExp(`^${PREFIX}(\\d+)-`, 'u').exec(name)?.[1]
    if (processId !== undefined && !isRunning(Number(processId))) rmSync(path.join(parent, name), { recursive: true, force: true })
  }
}
