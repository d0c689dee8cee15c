import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { openScratchFile } from '../../src/io/scratch-file.ts'

const CONTENT = { kind: 'weights', content: 'weights' }

test('parts begin at multiples of 64 bytes, and are read as they were written', async () => {
  await using file = await openScratchFile(1000, CONTENT)
  expect([file.reserve(1), file.reserve(64), file.reserve(65), file.reserve(0), file.reserve(1)]).toEqual([0, 64, 128, 256, 256])
  await file.write(Buffer.from('abc'), 64)
  await file.write(Buffer.from('xyz'), 256)
  const bytes = Buffer.alloc(2)
  await file.read(bytes, 257)
  expect(bytes.toString()).toBe('yz')
})

test('what is beyond the end cannot be read', async () => {
  await using file = await openScratchFile(1000, CONTENT)
  await file.write(Buffer.from('abc'), 0)
  await expect(file.read(Buffer.alloc(4), 0)).rejects.toThrow(RangeError)
})

test('the file goes when it is disposed of', async () => {
  const file = await openScratchFile(1000, CONTENT)
  expect(existsSync(file.file)).toBe(true)
  await file[Symbol.asyncDispose]()
  expect(existsSync(file.file)).toBe(false)
})

test('a disk without room is said before anything is written', async () => {
  await expect(openScratchFile(2 ** 60, CONTENT)).rejects.toThrow(StoreError)
  await expect(openScratchFile(2 ** 60, CONTENT)).rejects.toThrow(/^weights take 1,073,741,824\.0 GiB, /u)
})
