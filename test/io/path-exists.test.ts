import { symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { isFile, isFolder, pathExists } from '../../src/io/path-exists.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('files, folders and links to them are distinguished; a broken link counts as missing', async () => {
  const folder = temporaryFolder()
  const place = (name: string) => path.join(folder, name)
  await writeFile(place('file'), '')
  await symlink(folder, place('folder-link'))
  await symlink(place('nothing'), place('broken'))
  const seen = async (name: string) => [await pathExists(place(name)), await isFile(place(name)), await isFolder(place(name))]
  expect(await seen('file')).toEqual([true, true, false])
  expect(await seen('.')).toEqual([true, false, true])
  expect(await seen('folder-link')).toEqual([true, false, true])
  expect(await seen('broken')).toEqual([false, false, false])
  expect(await seen('nothing')).toEqual([false, false, false])
})
