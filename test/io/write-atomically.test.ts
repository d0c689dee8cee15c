import { execFileSync, spawn } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
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

test('a file that is written twice at once has one of the two contents', async () => {
  const file = path.join(temporaryFolder(), 'results.json')
  const contents = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(1000))
  await Promise.all(contents.map((content) => writeWhole(file, [content])))
  expect(contents).toContain(readFileSync(file, 'utf8'))
  expect(readdirSync(path.dirname(file))).toEqual(['results.json'])
})

test('a folder of that name is not replaced', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'results.json'))
  await expect(writeWhole(path.join(folder, 'results.json'), ['x'])).rejects.toThrow(StoreError)
  expect(readdirSync(folder)).toEqual(['results.json'])
})

test('a link stays, and the file behind it is replaced', async () => {
  const folder = temporaryFolder()
  const [real, link] = [path.join(folder, 'real.json'), path.join(folder, 'link.json')]
  writeFileSync(real, 'before')
  symlinkSync('real.json', link)
  await writeWhole(link, ['after'])
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readFileSync(real, 'utf8')).toBe('after')
  expect(readdirSync(folder).toSorted()).toEqual(['link.json', 'real.json'])
})

test.skipIf(process.platform === 'win32')('a pipe receives the pieces and stays a pipe', async () => {
  const pipe = path.join(temporaryFolder(), 'pipe')
  execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', pipe])
  const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'ignore'] })
  await writeWhole(pipe, ['first ', Buffer.from('second')])
  expect(await text(reader.stdout)).toBe('first second')
  expect(lstatSync(pipe).isFIFO()).toBe(true)
})
