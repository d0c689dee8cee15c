/** Cells of CSV: text until the schema asks for something else. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fileOf, readAll } from './read-rows.ts'

describe('a cell of a CSV file', () => {
  test.each([
    ['is read as a list if the schema wants one', 'x\n"[""a"",""b""]"\n', z.array(z.string()), ['a', 'b']],
    ['is read as a number if the schema wants one', 'x\n2\n', z.number(), 2],
    ['may be an integer written with a point', 'x\n1.0\n', z.number().int(), 1],
    ['may be a boolean as Python writes it', 'x\nTrue\n', z.boolean(), true],
    ['stays text if the schema wants text, even if it looks like a number', 'x\n42\n', z.string(), '42'],
    ['stays text if the schema wants text, even if it looks like a list', 'x\n[1]\n', z.string(), '[1]'],
    ['may be one of several numbers', 'x\n3\n', z.union([z.literal(1), z.literal(3)]), 3],
  ])('%s', async (_, content, schema: z.ZodType, expected) => {
    expect(await readAll(fileOf('csv', content), z.object({ x: schema }))).toEqual([{ x: expected }])
  })

  test('stays text beside one that becomes a number', async () => {
    expect(await readAll(fileOf('csv', 'goal,label\n42,1\n'), z.object({ goal: z.string(), label: z.number() }))).toEqual([{ goal: '42', label: 1 }])
  })

  test('that is not a number is quoted in the error', async () => {
    const file = fileOf('csv', 'goal,label\ng,one\n')
    await expect(readAll(file, z.object({ label: z.number() }))).rejects.toThrow(
      `${file}, line 2 (row 0): field label: Invalid input: expected number, received string; found "one"`,
    )
  })
})

test('malformed CSV fails with file and line', async () => {
  const file = fileOf('csv', 'a,b\n1,2\n1,2,3\n')
  await expect(readAll(file, z.unknown())).rejects.toThrow(new RegExp(`^${file}: Invalid Record Length.*line 3`, 'u'))
})
