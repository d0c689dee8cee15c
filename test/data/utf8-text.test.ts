import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { DatasetError } from '../../src/errors.ts'
import { readText } from '../../src/data/utf8-text.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { readAll } from './read-rows.ts'

const fileWith = (extension: string, bytes: Uint8Array) => {
  const file = path.join(temporaryFolder(), `rows.${extension}`)
  writeFileSync(file, bytes)
  return file
}

test('characters of several bytes are whole across pieces, and a byte order mark is dropped', async () => {
  const content = 'größe 🥚\n'.repeat(20_000)
  let text = ''
  for await (const piece of readText(fileWith('txt', Buffer.from(`\uFEFF${content}`)))) text += piece
  expect(text).toBe(content)
})

test.each(['jsonl', 'csv', 'txt'])('a .%s file in Latin-1 is refused with its line', async (extension) => {
  const rows = { jsonl: '{"text":"ok"}\n{"text":"größe"}\n', csv: 'text\ngröße\n', txt: 'ok\ngröße\n' }[extension]!
  const reading = readAll(fileWith(extension, Buffer.from(rows, 'latin1')))
  await expect(reading).rejects.toThrow(DatasetError)
  await expect(reading).rejects.toThrow(/rows\.\w+ is not UTF-8, from line 1 on$/u)
})

test('a file that ends within a character is refused', async () => {
  const bytes = Buffer.from('größ')
  await expect(readAll(fileWith('txt', bytes.subarray(0, bytes.length - 1)))).rejects.toThrow('is not UTF-8')
})
