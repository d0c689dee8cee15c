/** Reads the rows of local files as a task does. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { checkedRows } from '../../src/data/checked-rows.ts'
import { openDataset } from '../../src/data/open-dataset.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** The same three rows in each format (scripts/make-parquet-fixtures.py, pyarrow). */
export const FIXTURES = path.join(import.meta.dirname, 'fixtures')

/** A source on the hub, for tasks whose rows are local. */
export const SOURCE = { repo: 'a/b', split: 'validation' }

const row = z.object({ goal: z.string(), sol1: z.string(), sol2: z.string(), label: z.number() })

/** All rows of a file, checked by a schema. */
export async function readAll(file: string, schema: z.ZodType = row): Promise<unknown[]> {
  const rows: unknown[] = []
  const dataset = await openDataset({ taskName: 'piqa', dataset: SOURCE, split: 'validation', dataFile: file })
  for await (const checked of checkedRows(dataset, schema)) rows.push(checked.row)
  return rows
}

/** Writes a new file with the extension; returns its path. */
export function fileOf(extension: string, content: string): string {
  const file = path.join(temporaryFolder(), `rows.${extension}`)
  writeFileSync(file, content)
  return file
}
