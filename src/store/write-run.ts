/** Writing a run to the results folder. */
import { access, constants, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { StoreError } from '../errors.ts'
import { sanitizedName, toResultsFile, type RunRecord } from './run-record.ts'
import { sampleRecord } from './sample.ts'
import { writeWhole } from './write-whole.ts'

/** Files of a stored run. */
export interface RunFiles {
  readonly resultsFile: string
  readonly sampleFiles: readonly string[]
}

/** Fails with StoreError unless runs can be written below `folder`; makes the folder. */
export async function prepareResultsFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (cause) {
    throw notWritable(folder, cause)
  }
}

/** Writes `FOLDER/MODEL/results_TIME.json` and a samples file a task. An interrupted run's names end in `.partial.json` and `.partial.jsonl`. Fails with StoreError. */
export async function writeRun(folder: string, run: RunRecord): Promise<RunFiles> {
  const runFolder = path.join(folder, sanitizedName(run.model.label))
  const time = run.startedAt.replaceAll(':', '-')
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

function notWritable(folder: string, cause: unknown): StoreError {
  return new StoreError(
    `cannot write results to ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Give a folder that can be written to with --output DIR.',
    { cause },
  )
}
