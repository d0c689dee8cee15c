/**
 * Runs before each test file: gives it, and the programs that it starts, a temporary directory of its own. When the file ends, the directory is
 * removed, and the file fails if anything but folders of `temporaryFolder` was left in it.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll } from 'vitest'
import { TEST_FOLDER } from './temporary-folder.ts'

/** Of the whole run: test/temporary-directory-of-run.ts made it. */
const ofRun = process.env['EVALHARNESS_TEST_TMPDIR']!
// A name of a few characters: paths of sockets may have about a hundred.
const ofFile = mkdtempSync(path.join(ofRun, 'f-'))
process.env['TMPDIR'] = ofFile
// torch, which some suites compare with, keeps a cache there that is not the program's.
process.env['TORCHINDUCTOR_CACHE_DIR'] = path.join(ofFile, `${TEST_FOLDER}torch`)

// Hooks end in the reverse of their order, so this one is after those of the file.
afterAll(() => {
  const left = readdirSync(ofFile).filter((name) => !name.startsWith(TEST_FOLDER))
  rmSync(ofFile, { recursive: true, force: true })
  if (left.length > 0) throw new Error(`left in the temporary directory: ${left.join(', ')}`)
})
