/** Writes a run to the results folder. */
import { access, constants, readdir } from 'node:fs/promises'
import path from 'node:path'
import { cannotWrite } from '../io/cannot-write.ts'
import { sanitizedName } from './sanitized-name.ts'
import { toResultsFile } from './to-results-file.ts'
import type { RunRecord } from './run-record.ts'
import { sampleRecord } from './sample.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { makeFolder } from '../io/make-folder.ts'

/** Files of a stored run. */
export interface RunFiles {
  readonly resultsFile: string
  readonly sampleFiles: readonly string[]
}

/** Fails with StoreError unless runs can be written below `folder`; makes the folder. */
export async function prepareResultsFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
    await access(folder, constants.W_OK)
  } catch (cause) {
    throw cannotWrite(`results to ${folder}`, cause, 'Give a writable folder with --output DIR.')
  }
}

/** Writes `FOLDER/MODEL/results_TIME.json` and a samples file per task; those of an interrupted run end in `.partial.json` and `.partial.jsonl`. Fails with StoreError. */
export async function writeRun(folder: string, run: RunRecord): Promise<RunFiles> {
  const runFolder = path.join(folder, sanitizedName(run.model.label))
  const time = await timeOfName(runFolder, run.startedAt)
  const partial = run.isComplete ? '' : '.partial'
  const sampleFiles: string[] = []
  for (const { name, items } of run.tasks) {
    const file = path.join(runFolder, `samples_${sanitizedName(name)}_${time}${partial}.jsonl`)
    await writeWhole(
      file,
      items.map((item) => `${JSON.stringify(sampleRecord(item))}\n`),
    )
    sampleFiles.push(file)
  }
  const resultsFile = path.join(runFolder, `results_${time}${partial}.json`)
  await writeWhole(resultsFile, [`${JSON.stringify(toResultsFile(run), null, 2)}\n`])
  return { resultsFile, sampleFiles }
}

/**
 * When the run started. If a run of the folder has a later name, as after a clock was set back, a millisecond after that: the newest run has the last
 * name.
 */
async function timeOfName(folder: string, startedAt: string): Promise<string> {
  const names = await readdir(folder).catch(() => [])
  const times = names.flatMap((name) => /^results_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)/u.exec(name)?.[1] ?? []).map(parseTime)
  const latest = Math.max(...times.filter((time) => !Number.isNaN(time)))
  return new Date(Math.max(Date.parse(startedAt), latest + 1)).toISOString().replaceAll(':', '-')
}

function parseTime(name: string): number {
  return Date.parse(name.replace(/T(\d\d)-(\d\d)-/u, 'T$1:$2:'))
}
