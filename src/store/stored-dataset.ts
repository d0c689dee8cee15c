/** Which rows of the hub a task of a results file is of. */
import { z } from 'zod'
import { nameSchema } from './results-file.ts'
import type { StoredDataset } from './stored-run.ts'

const datasetSchema = z.looseObject({
  dataset_path: nameSchema,
  dataset_name: nameSchema.nullish(),
  test_split: nameSchema.nullish(),
  validation_split: nameSchema.nullish(),
  dataset: z.looseObject({ revision: nameSchema }).optional().catch(undefined),
})

/** The dataset that lm-eval's configuration of a task names. A path that is not `name` or `owner/name` is not on the hub. */
export function datasetOf(config: unknown): StoredDataset | undefined {
  const checked = datasetSchema.safeParse(config)
  if (!checked.success || !/^[\w.-]+(?:\/[\w.-]+)?$/u.test(checked.data.dataset_path)) return undefined
  const { dataset_path: id, dataset_name: configuration, test_split: test, validation_split: validation, dataset } = checked.data
  // Rows of a file: lm-eval names the reader, not a dataset.
  if (LOCAL_READERS.has(id)) return undefined
  return { id, config: configuration ?? null, split: test ?? validation ?? null, revision: dataset?.revision ?? null }
}

const LOCAL_READERS = new Set(['json', 'csv', 'parquet', 'arrow', 'text', 'pandas', 'xml'])
