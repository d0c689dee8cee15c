/** Errors of rows that do not fit their schema. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { fileOf, readAll } from './read-rows.ts'

test('the error names file, line, row, field and the shortened value', async () => {
  const file = fileOf('jsonl', `{"goal":1}\n\n${JSON.stringify({ goal: ['x'.repeat(500)] })}\n`)
  await expect(readAll(file, z.object({ goal: z.union([z.number(), z.array(z.number())]) }))).rejects.toThrow(
    new RegExp(`^${file}, line 3 \\(row 1\\): field goal: .*; found \\["x{58}…$`, 'u'),
  )
})

test('a field that the row lacks is named, with the fields that it has', async () => {
  const file = fileOf('jsonl', '{"sol1":"a","sol2":"b"}\n')
  await expect(readAll(file, z.object({ goal: z.string() }))).rejects.toMatchObject({
    message: `${file}, line 1 (row 0): has no field goal`,
    hint: expect.stringMatching(/^It has sol1, sol2\. Check/u),
  })
})
