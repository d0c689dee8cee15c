import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { writeWhole } from '../../src/io/write-atomically.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('the pieces are written one after another, in folders that are made, in place of what is there', async () => {
  const file = path.join(temporaryFolder(), 'a/b/results.json')
  await writeWhole(file, ['first ', Buffer.from('second')])
  await writeWhole(file, ['third'])
  expect(readFileSync(file, 'utf8')).toBe('third')
  expect(readdirSync(path.dirname(file))).toEqual(['results.json'])
})

test('a file whose pieces fail is as it was, and nothing is left beside it', async () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'results.json')
  writeFileSync(file, 'before')
  function* pieces() {
    yield 'half'
    throw new Error('its own')
  }
  await expect(writeWhole(file, pieces())).rejects.toThrow(StoreError)
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['before', ['results.json']])
})

test('a folder of that name is not replaced', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'results.json'))
  await expect(writeWhole(path.join(folder, 'results.json'), ['x'])).rejects.toThrow(StoreError)
  expect(readdirSync(folder)).toEqual(['results.json'])
})
