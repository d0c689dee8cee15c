import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { prepareResultsFolder } from '../../src/store/write-run.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('a results folder below a file is refused before a run begins', async () => {
  const file = path.join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await expect(prepareResultsFolder(path.join(file, 'results'))).rejects.toThrow(
    expect.objectContaining({ code: 'STORE', message: expect.stringContaining('cannot write results to'), hint: 'Give a writable folder with --output DIR.' }),
  )
})
