/** The model that a folder has in it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { modelFolderBelow } from '../../../src/model/config/model-folder-below.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

function folderWith(...models: readonly string[]): string {
  const folder = temporaryFolder()
  for (const model of models) {
    mkdirSync(path.join(folder, model), { recursive: true })
    writeFileSync(path.join(folder, model, 'config.json'), '{}')
  }
  return folder
}

test.each([
  ['the only model of a folder', ['model'], 'model'],
  ['the only snapshot of a repository in the cache', ['snapshots/abc'], 'snapshots/abc'],
  ['none of several', ['a', 'b'], undefined],
  ['nothing that is deeper', ['a/b'], undefined],
])('%s', async (_, models, found) => {
  const folder = folderWith(...models)
  expect(await modelFolderBelow(folder)).toBe(found && path.join(folder, found))
})

test('a folder that is not there has none', async () => {
  expect(await modelFolderBelow('/nowhere')).toBeUndefined()
})
