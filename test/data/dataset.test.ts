/** The fixtures hold the same rows in each format (scripts/make-parquet-fixtures.py, pyarrow). */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkedRows } from '../../src/data/checked-rows.ts'
import { openDataset, splitFiles } from '../../src/data/dataset.ts'
import { temporaryFolder } from '../tiny-model.ts'

const FIXTURES = path.join(import.meta.dirname, 'fixtures')
const source = { repo: 'a/b', split: 'validation' }
const row = z.object({ goal: z.string(), sol1: z.string(), sol2: z.string(), label: z.number() })

async function readAll(file: string, schema: z.ZodType = row): Promise<unknown[]> {
  const rows: unknown[] = []
  const dataset = await openDataset({ taskName: 'piqa', dataset: source, split: 'validation', dataFile: file })
  for await (const checked of checkedRows(dataset, schema)) rows.push(checked.row)
  return rows
}

test.each(['rows-snappy.parquet', 'rows-zstd.parquet', 'rows.csv', 'rows.jsonl'])('%s holds the rows', async (name) => {
  expect(await readAll(path.join(FIXTURES, name))).toEqual([
    { goal: 'open a jar', sol1: 'twist, then pull', sol2: 'say "open"', label: 0 },
    { goal: 'boil an egg 🥚', sol1: 'in sand', sol2: 'in water\nfor 7 minutes', label: 1 },
    { goal: '007', sol1: 'x', sol2: 'y', label: 1 },
  ])
})

test('a cell of a CSV file that is JSON is read as such', async () => {
  const file = path.join(temporaryFolder(), 'rows.csv')
  writeFileSync(file, 'endings,label\n"[""a"",""b""]",2\n')
  expect(await readAll(file, z.object({ endings: z.array(z.string()), label: z.number() }))).toEqual([{ endings: ['a', 'b'], label: 2 }])
})

test('the origin of a file is its path and hash', async () => {
  const file = path.join(FIXTURES, 'rows.jsonl')
  const { origin } = await openDataset({ taskName: 'piqa', dataset: source, split: 'validation', dataFile: file })
  expect(origin).toEqual({ kind: 'file', path: file, sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) })
})

test('a data folder is searched by task, split and configuration', async () => {
  const dataDir = temporaryFolder()
  mkdirSync(path.join(dataDir, 'mmlu/dev'), { recursive: true })
  copyFileSync(path.join(FIXTURES, 'rows.jsonl'), path.join(dataDir, 'mmlu/dev/anatomy.jsonl'))
  const dataset = { ...source, file: 'mmlu/{split}/{config}' }
  const { origin } = await openDataset({ taskName: 'mmlu', dataset, split: 'dev', config: 'anatomy', dataDir })
  expect(origin).toMatchObject({ path: path.join(dataDir, 'mmlu/dev/anatomy.jsonl') })
  await expect(openDataset({ taskName: 'mmlu', dataset, split: 'dev', config: 'virology', dataDir })).rejects.toThrow(/no such file: .*virology\{\.jsonl,/u)
})

test('a line that is not JSON is named', async () => {
  const file = path.join(temporaryFolder(), 'rows.jsonl')
  writeFileSync(file, '{"goal":"g"}\nnot json\n')
  await expect(readAll(file, z.unknown())).rejects.toThrow(`${file}, line 2: not JSON: not json`)
})

test('a damaged parquet file is named', async () => {
  const file = path.join(temporaryFolder(), 'rows.parquet')
  writeFileSync(file, 'PAR1 this is not parquet PAR1')
  await expect(readAll(file)).rejects.toThrow(`${file} is not a usable parquet file`)
})

describe('parquet files of a split', () => {
  test.each([
    [
      ['data/test-00000-of-00002.parquet', 'data/test-00001-of-00002.parquet', 'data/train-00000-of-00001.parquet'],
      undefined,
      ['data/test-00000-of-00002.parquet', 'data/test-00001-of-00002.parquet'],
    ],
    [['boolq/test-00000-of-00001.parquet', 'rte/test-00000-of-00001.parquet'], 'boolq', ['boolq/test-00000-of-00001.parquet']],
    [['boolq/test/0001.parquet', 'boolq/test/0000.parquet', 'boolq/train/0000.parquet'], 'boolq', ['boolq/test/0000.parquet', 'boolq/test/0001.parquet']],
    [['README.md', 'test.json'], undefined, []],
  ])('%j of configuration %s', (files, config, expected) => expect(splitFiles(files, 'test', config)).toEqual(expected))
})
