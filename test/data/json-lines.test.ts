/** JSON Lines. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../temporary-folder.ts'
import { fileOf, readAll } from './read-rows.ts'

test('a line nested deeper than any dataset is refused', async () => {
  const file = fileOf('jsonl', `{"goal": ${'['.repeat(10_000)}${']'.repeat(10_000)}}\n`)
  await expect(readAll(file)).rejects.toThrow(`${file}, line 1: not JSON`)
})

test('only \\n and \\r\\n end a line, a byte order mark is dropped, and a line may be longer than a chunk', async () => {
  const rows = [{ text: 'a\u2028b\u2029c\u0085d' }, { text: '🥚'.repeat(100_000) }, { text: 'last' }]
  const file = fileOf('jsonl', `\uFEFF${rows.map((each) => JSON.stringify(each)).join('\r\n')}`)
  expect(await readAll(file, z.object({ text: z.string() }))).toEqual(rows)
})

test('a line that is not JSON fails with its number', async () => {
  const file = path.join(temporaryFolder(), 'rows.jsonl')
  writeFileSync(file, '{"goal":"g"}\nnot json\n')
  await expect(readAll(file, z.unknown())).rejects.toThrow(`${file}, line 2: not JSON: not json`)
})
