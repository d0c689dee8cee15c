/** A run that was just made, as if it were read from its files. */
import { makeTemporaryFolder } from '../io/temporary-folder.ts'
import { readStoredRun } from './read-stored-run.ts'
import type { RunRecord } from './run-record.ts'
import type { StoredRun } from './stored-run.ts'
import { writeRun } from './write-run.ts'

/** The run, with every rule that reading has; its files are temporary. Fails with StoreError. */
export async function storedRunOf(record: RunRecord): Promise<StoredRun> {
  await using folder = makeTemporaryFolder('run')
  const { resultsFile } = await writeRun(folder.path, record)
  // Read before the folder goes.
  return await readStoredRun(resultsFile)
}
