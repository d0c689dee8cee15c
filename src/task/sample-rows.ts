/** Few-shot examples that are written down with a task. */
import { DatasetError } from '../errors.ts'
import type { PromptedTask } from './define-task.ts'
import type { FewShotSamples } from './few-shot-settings.ts'
import { rowName, taskLabel, type TaskRow } from './render/row-source.ts'

/** Name of the samples in messages, where rows of a dataset have the name of their file. */
export const SAMPLES = 'few-shot samples'

/** The samples as rows. Fails with DatasetError on one that does not fit the schema. */
export async function* sampleRows(task: PromptedTask, { samples, row: schema = task.row }: FewShotSamples<unknown>): AsyncGenerator<TaskRow> {
  for (const [rowIndex, raw] of samples.entries()) {
    const checked = schema.safeParse(raw)
    if (!checked.success)
      throw new DatasetError(
        `${taskLabel(task)}: ${rowName(SAMPLES, rowIndex)}: ${checked.error.issues[0]!.message} (${checked.error.issues[0]!.path.join('.')})`,
        'Correct the sample, or give the samples a schema of their own: shots: { samples, row }.',
      )
    yield { rowIndex, row: checked.data, raw }
  }
}
