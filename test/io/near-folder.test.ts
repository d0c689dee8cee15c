import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { nearFolder } from '../../src/io/near-folder.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('the folder beside a mistyped one, or below a mistyped parent; files and other names are not meant', async () => {
  const root = temporaryFolder()
  mkdirSync(path.join(root, 'results/original'), { recursive: true })
  writeFileSync(path.join(root, 'readme'), '')
  expect(await nearFolder(path.join(root, 'results/orignal'))).toBe(path.join(root, 'results/original'))
  expect(await nearFolder(path.join(root, 'result/original'))).toBe(path.join(root, 'results/original'))
  expect(await nearFolder(path.join(root, 'readm'))).toBeUndefined()
  expect(await nearFolder(path.join(root, 'results/pruned'))).toBeUndefined()
})
