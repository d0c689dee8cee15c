/** Plain text. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { fileOf, readAll } from './read-rows.ts'

test.each(['txt', 'raw'])('.%s has one row per line, trimmed, without empty lines', async (extension) => {
  const file = fileOf(extension, '\uFEFFFirst.\r\n\r\n  Second, with \u2028 inside.\nLast without an end')
  expect(await readAll(file, z.object({ text: z.string() }))).toEqual([
    { text: 'First.' },
    { text: 'Second, with \u2028 inside.' },
    { text: 'Last without an end' },
  ])
})
