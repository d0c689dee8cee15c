/** The fixtures hold the same rows in each format (scripts/make-parquet-fixtures.py, pyarrow). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { checkedRows } from '../../src/data/checked-rows.ts'
import { openDataset, splitFiles } from '../../src/data/dataset.ts'
import { readParquet } from '../../src/data/parquet.ts'
import { DatasetError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'

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

/** A new file of that extension. */
function written(extension: string, content: string): string {
  const file = path.join(temporaryFolder(), `rows.${extension}`)
  writeFileSync(file, content)
  return file
}

describe('a cell of a CSV file', () => {
  test.each([
    ['is read as a list where the schema wants one', 'x\n"[""a"",""b""]"\n', z.array(z.string()), ['a', 'b']],
    ['is read as a number where the schema wants one', 'x\n2\n', z.number(), 2],
    ['may be a whole number written with a point', 'x\n1.0\n', z.number().int(), 1],
    ['may be a boolean as Python writes it', 'x\nTrue\n', z.boolean(), true],
    ['stays text where the schema wants text, though it looks like a number', 'x\n42\n', z.string(), '42'],
    ['stays text where the schema wants text, though it looks like a list', 'x\n[1]\n', z.string(), '[1]'],
    ['may be one of several numbers', 'x\n3\n', z.union([z.literal(1), z.literal(3)]), 3],
  ])('%s', async (_, content, schema: z.ZodType, expected) => {
    expect(await readAll(written('csv', content), z.object({ x: schema }))).toEqual([{ x: expected }])
  })

  test('stays text beside one that becomes a number', async () => {
    expect(await readAll(written('csv', 'goal,label\n42,1\n'), z.object({ goal: z.string(), label: z.number() }))).toEqual([{ goal: '42', label: 1 }])
  })

  test('that is no number is shown as it stands', async () => {
    const file = written('csv', 'goal,label\ng,one\n')
    await expect(readAll(file, z.object({ label: z.number() }))).rejects.toThrow(
      `${file}, line 2 (row 0): field label: Invalid input: expected number, received string; found "one"`,
    )
  })
})

test('parquet holds lists and structs, row group after row group', async () => {
  const schema = z.object({ choices: z.array(z.string()), meta: z.object({ ids: z.array(z.number()) }), answer: z.union([z.number(), z.bigint()]) })
  expect(await readAll(path.join(FIXTURES, 'nested.parquet'), schema)).toEqual([
    { choices: ['a'], meta: { ids: [0, 7] }, answer: 0 },
    { choices: ['a', 'b'], meta: { ids: [1, 7] }, answer: 1 },
    { choices: ['a', 'b', 'c'], meta: { ids: [2, 7] }, answer: 2 },
    { choices: ['a', 'b', 'c', 'd'], meta: { ids: [3, 7] }, answer: 3 },
    { choices: ['a', 'b', 'c', 'd'], meta: { ids: [4, 7] }, answer: 2n ** 60n },
  ])
})

describe('a parquet file that does not end', () => {
  test('is given up after the time that a row group may take, and the next file is read', async () => {
    const rows = readParquet(path.join(FIXTURES, 'endless.parquet'), 1000)
    await expect(rows.next()).rejects.toThrow(/endless\.parquet is not a usable parquet file: a row group is not read within 1 s/u)
    expect(await readAll(path.join(FIXTURES, 'rows-snappy.parquet'))).toHaveLength(3)
  })

  test.skipIf(process.platform !== 'linux')('is read no further when the program is killed', async () => {
    const script = path.join(import.meta.dirname, 'read-endless.ts')
    const program = spawn(process.execPath, ['--import', './scripts/typescript.js', script, path.join(FIXTURES, 'endless.parquet')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(program.stdout, 'data')
    const children = () => readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8').trim().split(' ').map(Number)
    await vi.waitFor(() => expect(children().some(isBusy)).toBe(true), 20_000)
    const readers = children()
    program.kill('SIGKILL')
    await vi.waitFor(() => expect(readers.filter(isThere)).toEqual([]), 5000)
  })

  test('or that claims more bytes than it has is refused', async () => {
    const file = path.join(temporaryFolder(), 'cut.parquet')
    const content = readFileSync(path.join(FIXTURES, 'rows-snappy.parquet'))
    content.writeUInt32LE(2 ** 31, content.length - 8)
    writeFileSync(file, content)
    await expect(readAll(file)).rejects.toThrow(DatasetError)
  })
})

test('JSON Lines nested deeper than any dataset are refused', async () => {
  const file = written('jsonl', `{"goal": ${'['.repeat(10_000)}${']'.repeat(10_000)}}\n`)
  await expect(readAll(file)).rejects.toThrow(`${file}, line 1: not JSON`)
})

test('an integer that a number cannot hold is an error, not another number', async () => {
  const file = path.join(FIXTURES, 'nested.parquet')
  await expect(readAll(file, z.object({ answer: z.number() }))).rejects.toThrow(
    `${file}, row 4 (row 4): field answer: Invalid input: expected number, received bigint; found "1152921504606846976"`,
  )
})

test.each(['txt', 'raw'])('.%s is a sentence a line, empty lines left out', async (extension) => {
  const file = written(extension, '\uFEFFFirst.\r\n\r\n  Second, with \u2028 inside.\nLast without an end')
  expect(await readAll(file, z.object({ text: z.string() }))).toEqual([
    { text: 'First.' },
    { text: 'Second, with \u2028 inside.' },
    { text: 'Last without an end' },
  ])
})

test('JSON lines may hold line separators that are not ends of lines, and lines longer than a chunk', async () => {
  const rows = [{ text: 'a\u2028b\u2029c\u0085d' }, { text: '🥚'.repeat(100_000) }, { text: 'last' }]
  const file = written('jsonl', `\uFEFF${rows.map((each) => JSON.stringify(each)).join('\r\n')}`)
  expect(await readAll(file, z.object({ text: z.string() }))).toEqual(rows)
})

test('a value that does not fit is shortened', async () => {
  const file = written('jsonl', `{"goal":1}\n\n${JSON.stringify({ goal: ['x'.repeat(500)] })}\n`)
  await expect(readAll(file, z.object({ goal: z.union([z.number(), z.array(z.number())]) }))).rejects.toThrow(
    new RegExp(`^${file}, line 3 \\(row 1\\): field goal: .*; found \\["x{58}…$`, 'u'),
  )
})

test.each([
  ['jsonl', '\n\n'],
  ['csv', 'goal,label\n'],
  ['txt', ''],
])('a .%s file without rows is an error', async (extension, content) => {
  const file = written(extension, content)
  await expect(readAll(file)).rejects.toThrow(`${file} has no rows`)
})

test('malformed CSV is named', async () => {
  const file = written('csv', 'a,b\n1,2\n1,2,3\n')
  await expect(readAll(file, z.unknown())).rejects.toThrow(new RegExp(`^${file}: Invalid Record Length.*line 3`, 'u'))
})

test('an unknown format is an error that lists the known ones', async () => {
  const error = await readAll(written('xlsx', '')).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(DatasetError)
  expect(error).toMatchObject({ hint: expect.stringContaining('.jsonl, .parquet, .csv, .txt, .raw') })
})

test.runIf(process.platform === 'linux')('a file is closed when its reader stops early', async () => {
  const openFiles = () => readdirSync('/proc/self/fd').length
  const files = [written('jsonl', '{"a":1}\n'.repeat(50_000)), written('csv', `a,b\n${'1,2\n'.repeat(50_000)}`), written('txt', 'a\n'.repeat(200_000))]
  const before = openFiles()
  for (const file of files) {
    const dataset = await openDataset({ taskName: 'piqa', dataset: source, split: 'validation', dataFile: file })
    for (let time = 0; time < 10; time++) for await (const _ of dataset.rows()) break
  }
  await expect.poll(() => openFiles() - before).toBeLessThan(5)
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

test('a task with subsets is given a folder, in which the pattern goes on without the name of the task', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'test'))
  copyFileSync(path.join(FIXTURES, 'rows-zstd.parquet'), path.join(folder, 'test/anatomy.parquet'))
  const dataset = { ...source, file: 'mmlu/{split}/{config}' }
  const { origin } = await openDataset({ taskName: 'mmlu', dataset, split: 'test', config: 'anatomy', dataFile: folder })
  expect(origin).toMatchObject({ path: path.join(folder, 'test/anatomy.parquet') })
})

test('the default place in a data folder is the name of the task and the split', async () => {
  const dataDir = temporaryFolder()
  mkdirSync(path.join(dataDir, 'piqa'))
  for (const name of ['rows.csv', 'rows.jsonl']) copyFileSync(path.join(FIXTURES, name), path.join(dataDir, `piqa/validation${path.extname(name)}`))
  const { origin } = await openDataset({ taskName: 'piqa', dataset: source, split: 'validation', dataDir })
  expect(origin).toMatchObject({ path: path.join(dataDir, 'piqa/validation.jsonl') })
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
    [['test-00000-of-00001.parquet', 'data/test-00000-of-00001.parquet'], undefined, ['data/test-00000-of-00001.parquet']],
    [['default/test/0000.parquet', 'other/test/0000.parquet'], undefined, ['default/test/0000.parquet']],
    [['a+b/test-00000-of-00001.parquet', 'aab/test-00000-of-00001.parquet'], 'a+b', ['a+b/test-00000-of-00001.parquet']],
    [['main/test-00000-of-00001.parquet'], 'socratic', []],
    [['README.md', 'test.json'], undefined, []],
  ])('%j of configuration %s', (files, config, expected) => expect(splitFiles(files, 'test', config)).toEqual(expected))
})

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

/** Whether it has used half a second of a processor. */
function isBusy(pid: number): boolean {
  const fields = isThere(pid) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ') : []
  return Number(fields[13]) > 50
}
