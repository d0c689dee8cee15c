import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readLines } from '../../src/data/lines.ts'
import { temporaryFolder } from '../temporary-folder.ts'

async function linesOf(text: string): Promise<string[]> {
  const file = path.join(temporaryFolder(), 'rows.txt')
  writeFileSync(file, text)
  const lines: string[] = []
  for await (const { lineNumber, text: line } of readLines(file)) lines.push(`${lineNumber} ${line}`)
  return lines
}

test.each([
  ['', []],
  ['a', ['1 a']],
  ['a\n', ['1 a']],
  ['a\n\nb', ['1 a', '2 ', '3 b']],
  ['a\r\nb\r\n', ['1 a', '2 b']],
  ['\uFEFFa\n\uFEFFb', ['1 a', '2 \uFEFFb']],
  ['a\rb\u2028c\u0085d\n', ['1 a\rb\u2028c\u0085d']],
])('%j', async (text, lines) => expect(await linesOf(text)).toEqual(lines))

test('a line that is longer than a piece of the file is whole', async () => {
  const long = 'é'.repeat(100_000)
  expect(await linesOf(`${long}\nb`)).toEqual([`1 ${long}`, '2 b'])
})
