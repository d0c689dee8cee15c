/** Folders for tests. They are in the temporary directory of the test file (test/own-temporary-directory.ts) and are removed when the file ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Names begin so; anything else in a test file's temporary directory was left there by the program. */
export const TEST_FOLDER = 'test-'

const made: string[] = []

/** A new, empty folder. It may be made at the top of a file, in a hook or in a test. */
export function temporaryFolder(): string {
  // Scripts that are not tests use it too.
  if (made.length === 0) process.on('exit', removeAll)
  const folder = mkdtempSync(path.join(os.tmpdir(), TEST_FOLDER))
  made.push(folder)
  return folder
}

function removeAll(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
}
