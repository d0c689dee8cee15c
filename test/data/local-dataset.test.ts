/** Which local file has the rows of a task. */
import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openDataset } from '../../src/data/open-dataset.ts'
import { DatasetError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { fileOf, FIXTURES, readAll, SOURCE } from './read-rows.ts'

test('a task with rows of its own is not looked for in --data-dir, but --data names other rows', async () => {
  const [folder, dataDir] = [temporaryFolder(), temporaryFolder()]
  for (const place of [folder, dataDir]) {
    mkdirSync(path.join(place, 'piqa'))
    copyFileSync(path.join(FIXTURES, 'rows.jsonl'), path.join(place, 'piqa/validation.jsonl'))
  }
  const query = { taskName: 'valley_piqa', dataset: { folder, file: 'piqa/{split}', split: 'validation' }, split: 'validation', dataDir }
  expect((await openDataset(query)).origin).toMatchObject({ path: path.join(folder, 'piqa/validation.jsonl') })
  const dataFile = path.join(dataDir, 'piqa/validation.jsonl')
  expect((await openDataset({ ...query, dataFile })).origin).toMatchObject({ path: dataFile })
})

test('an unknown format fails with the supported ones', async () => {
  const error = await readAll(fileOf('xlsx', '')).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(DatasetError)
  expect(error).toMatchObject({ hint: expect.stringContaining('.jsonl, .parquet, .csv, .txt, .raw') })
})

test('the origin of a file is its path and hash', async () => {
  const file = path.join(FIXTURES, 'rows.jsonl')
  const { origin } = await openDataset({ taskName: 'piqa', dataset: SOURCE, split: 'validation', dataFile: file })
  expect(origin).toEqual({ kind: 'file', path: file, sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) })
})

test('a data folder is searched by task, split and configuration', async () => {
  const dataDir = temporaryFolder()
  mkdirSync(path.join(dataDir, 'mmlu/dev'), { recursive: true })
  copyFileSync(path.join(FIXTURES, 'rows.jsonl'), path.join(dataDir, 'mmlu/dev/anatomy.jsonl'))
  const dataset = { ...SOURCE, file: 'mmlu/{split}/{config}' }
  const { origin } = await openDataset({ taskName: 'mmlu', dataset, split: 'dev', config: 'anatomy', dataDir })
  expect(origin).toMatchObject({ path: path.join(dataDir, 'mmlu/dev/anatomy.jsonl') })
  await expect(openDataset({ taskName: 'mmlu', dataset, split: 'dev', config: 'virology', dataDir })).rejects.toThrow(/no such file: .*virology\{\.jsonl,/u)
})

test('a missing split of few-shot examples is called so, with the option that names its file', async () => {
  const missing = { taskName: 'boolq', dataset: SOURCE, split: 'train', dataDir: temporaryFolder() }
  await expect(openDataset({ ...missing, isForShots: true })).rejects.toMatchObject({
    message: expect.stringContaining('boolq/train{'),
    hint: expect.stringMatching(/^The split train has the few-shot examples: .* --data boolq:train=FILE, .* --num-fewshot 0\.$/u),
  })
  await expect(openDataset({ ...missing, isForShots: true, isSubset: true, config: 'x' })).rejects.toMatchObject({
    hint: expect.stringContaining('boolq_x:train=FILE'),
  })
  await expect(openDataset(missing)).rejects.toMatchObject({ hint: expect.not.stringContaining('few-shot') })
})

test('for a task with subsets, --data names a folder, and the path below it has no task name', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'test'))
  copyFileSync(path.join(FIXTURES, 'rows-zstd.parquet'), path.join(folder, 'test/anatomy.parquet'))
  const dataset = { ...SOURCE, file: 'mmlu/{split}/{config}' }
  const { origin } = await openDataset({ taskName: 'mmlu', dataset, split: 'test', config: 'anatomy', dataFile: folder })
  expect(origin).toMatchObject({ path: path.join(folder, 'test/anatomy.parquet') })
})

test('the default path in a data folder is TASK/SPLIT, and .jsonl comes first', async () => {
  const dataDir = temporaryFolder()
  mkdirSync(path.join(dataDir, 'piqa'))
  for (const name of ['rows.csv', 'rows.jsonl']) copyFileSync(path.join(FIXTURES, name), path.join(dataDir, `piqa/validation${path.extname(name)}`))
  const { origin } = await openDataset({ taskName: 'piqa', dataset: SOURCE, split: 'validation', dataDir })
  expect(origin).toMatchObject({ path: path.join(dataDir, 'piqa/validation.jsonl') })
})
