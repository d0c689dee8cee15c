import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../src/io/make-folder.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('missing folders are made, and one that is there stays', async () => {
  const root = temporaryFolder()
  await makeFolder(path.join(root, 'a/b/c'))
  writeFileSync(path.join(root, 'a/b/c/file'), '')
  await Promise.all([makeFolder(path.join(root, 'a/b/c')), makeFolder(path.join(root, 'a/d/e')), makeFolder(path.join(root, 'a/d/e'))])
  expect(readdirSync(path.join(root, 'a'))).toEqual(['b', 'd'])
  expect(existsSync(path.join(root, 'a/b/c/file'))).toBe(true)
})

test('a file in the way is an error', async () => {
  const root = temporaryFolder()
  writeFileSync(path.join(root, 'file'), '')
  await expect(makeFolder(path.join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(path.join(root, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

test('a link to nothing is an error', async () => {
  const root = temporaryFolder()
  symlinkSync(path.join(root, 'nothing'), path.join(root, 'link'))
  await expect(makeFolder(path.join(root, 'link/below'))).rejects.toMatchObject({ code: 'EEXIST' })
})

test.runIf(process.platform === 'linux')('a system that refuses is an error at once', async () => {
  await expect(makeFolder('/proc/evalharness/results')).rejects.toMatchObject({ code: 'ENOENT' })
})
