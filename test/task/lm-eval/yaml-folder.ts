/** A folder of lm-eval's YAML for tests. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../../temporary-folder.ts'

/** Keys of a task with two choices; rows are in rows.jsonl beside it. */
export const TWO_CHOICES = `
dataset_path: json
dataset_kwargs: {data_files: {test: rows.jsonl, train: train.jsonl}}
output_type: multiple_choice
test_split: test
training_split: train
doc_to_text: "Q: {{question.strip()}}\\nA:"
doc_to_choice: "{{[yes_text, 'no']}}"
doc_to_target: label
metadata: {version: 1.0}
`

/** A folder with these files. */
export function yamlFolder(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  return folder
}

/** Rows as JSON Lines. */
export function jsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}
