/** The fixtures hold the same rows in each format (scripts/make-parquet-fixtures.py, pyarrow). */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openDataset } from '../../src/data/open-dataset.ts'
import { fileOf, FIXTURES, readAll, SOURCE } from './read-rows.ts'

test.each(['rows-snappy.parquet', 'rows-zstd.parquet', 'rows.csv', 'rows.jsonl'])('%s gives the three rows', async (name) => {
  expect(await readAll(path.join(FIXTURES, name))).toEqual([
    { goal: 'open a jar', sol1: 'twist, then pull', sol2: 'say "open"', label: 0 },
    { goal: 'boil an egg 🥚', sol1: 'in sand', sol2: 'in water\nfor 7 minutes', label: 1 },
    { goal: '007', sol1: 'x', sol2: 'y', label: 1 },
  ])
})

test.each([
  ['jsonl', '\n\n'],
  ['csv', 'goal,label\n'],
  ['txt', ''],
])('a .%s file without rows fails', async (extension, content) => {
  const file = fileOf(extension, content)
  await expect(readAll(file)).rejects.toThrow(`${file} has no rows`)
})

test.runIf(process.platform === 'linux')('a file is closed when its reader stops early', async () => {
  const openFiles = () => readdirSync('/proc/self/fd').length
  const files = [fileOf('jsonl', '{"a":1}\n'.repeat(20_000)), fileOf('csv', `a,b\n${'1,2\n'.repeat(20_000)}`), fileOf('txt', 'a\n'.repeat(80_000))]
  const before = openFiles()
  for (const file of files) {
    const dataset = await openDataset({ taskName: 'piqa', dataset: SOURCE, split: 'validation', dataFile: file })
    for (let time = 0; time < 6; time++) for await (const _ of dataset.rows()) break
  }
  await expect.poll(() => openFiles() - before).toBeLessThan(5)
})
