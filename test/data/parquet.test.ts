/** Parquet: nested values and row groups, and files that are damaged or never end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readParquet } from '../../src/data/parquet.ts'
import { DatasetError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { FIXTURES, readAll } from './read-rows.ts'

test('lists, structs and large integers are read, row group after row group', async () => {
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
  test('is abandoned after the time limit of a row group, and the next file is read', async () => {
    const rows = readParquet(path.join(FIXTURES, 'endless.parquet'), 1000)
    await expect(rows.next()).rejects.toThrow(/endless\.parquet is not a usable parquet file: a row group was not read within 1 s/u)
    expect(await readAll(path.join(FIXTURES, 'rows-snappy.parquet'))).toHaveLength(3)
  })

  test.skipIf(process.platform !== 'linux')('is not read any further when the program is killed', { tags: ['slow'] }, async () => {
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

  test('with a footer that claims more bytes than the file has is refused', async () => {
    const file = path.join(temporaryFolder(), 'cut.parquet')
    const content = readFileSync(path.join(FIXTURES, 'rows-snappy.parquet'))
    content.writeUInt32LE(2 ** 31, content.length - 8)
    writeFileSync(file, content)
    await expect(readAll(file)).rejects.toThrow(DatasetError)
  })
})

test('an integer beyond 2^53 fails if the schema expects a number', async () => {
  const file = path.join(FIXTURES, 'nested.parquet')
  await expect(readAll(file, z.object({ answer: z.number() }))).rejects.toThrow(
    `${file}, row 4 (row 4): field answer: Invalid input: expected number, received bigint; found "1152921504606846976"`,
  )
})

test('a damaged file fails with its name', async () => {
  const file = path.join(temporaryFolder(), 'rows.parquet')
  writeFileSync(file, 'PAR1 this is not parquet PAR1')
  await expect(readAll(file)).rejects.toThrow(`${file} is not a usable parquet file`)
})

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

/** Whether it has used half a second of a processor. */
function isBusy(pid: number): boolean {
  const fields = isThere(pid) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ') : []
  return Number(fields[13]) > 50
}
