/** The file of a card that is named by its file or folder. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { cardFile } from '../../../src/card/read/card-file.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const folder = temporaryFolder()
writeFileSync(path.join(folder, 'LICENSE'), '')

test.each([
  ['a folder', folder, path.join(folder, 'README.md')],
  ['a new folder', path.join(folder, 'new/'), path.join(folder, 'new', 'README.md')],
  ['a new name without an extension', path.join(folder, 'new'), path.join(folder, 'new', 'README.md')],
  ['a new file', path.join(folder, 'card.md'), path.join(folder, 'card.md')],
  ['a file without an extension', path.join(folder, 'LICENSE'), path.join(folder, 'LICENSE')],
])('%s', async (_, place, file) => {
  expect(await cardFile(place)).toBe(file)
})
