/** The run manifest: when an interrupted run keeps it, and how it is read. */
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { beginManifest, readManifest } from '../../src/run/manifest.ts'
import { scoringOptions } from '../../src/run/run-options.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const optionsIn = (output: string) => scoringOptions.parse({ model: ['a=./a'], tasks: ['piqa'], numFewshot: { piqa: 0 }, cache: false, output })
const fileOf = (content: object) => {
  const file = path.join(temporaryFolder(), 'unfinished_2026-01-01T00-00-00.000Z-1.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}

test('a manifest that remains returns the options; otherwise it is removed', async () => {
  const folder = temporaryFolder()
  const options = optionsIn(folder)
  {
    await using manifest = await beginManifest(options)
    manifest.keep()
  }
  expect((await readManifest(folder)).options).toEqual(options)
  {
    await using manifest = await beginManifest(options)
    manifest.keep()
    await manifest.finish()
  }
  expect(readdirSync(folder)).toEqual([])
  {
    await using _manifest = await beginManifest(options)
  }
  expect(readdirSync(folder)).toEqual([])
})

test('a run that is complete removes the partial results of its earlier attempts, and nothing else', async () => {
  const folder = temporaryFolder()
  const options = optionsIn(folder)
  const [partial, other, whole] = ['results_1.partial.json', 'results_2.partial.json', 'results_3.json'].map((name) => path.join(folder, name))
  for (const file of [partial!, other!, whole!]) writeFileSync(file, '{}')
  {
    await using manifest = await beginManifest(options)
    manifest.keep()
    await manifest.addPartial([partial!, whole!])
  }
  {
    await using different = await beginManifest({ ...options, limit: 5 })
    different.keep()
    await different.addPartial([other!])
  }
  await using manifest = await beginManifest({ ...options, samples: undefined })
  await manifest.finish()
  expect(readdirSync(folder)).toEqual(['results_2.partial.json', 'results_3.json', expect.stringMatching(/^unfinished_/u)])
})

test('a manifest of version 0.1 is read', async () => {
  const order = { model: ['a=./a'], tasks: ['piqa'], taskFile: [], data: [], limit: 5, seed: 0, batchTokens: 'auto', device: 'auto', output: 'results' }
  expect((await readManifest(fileOf({ folder: process.cwd(), order }))).options).toEqual({ ...order, includePath: [], divergence: false, sharedLayers: true })
})

test.each([
  ['an option of a later version', { folder: process.cwd(), options: { ...optionsIn('r'), temperature: 1 } }, 'is not a run manifest of this version'],
  ['another folder', { folder: '/somewhere/else', options: optionsIn('r') }, 'was started in /somewhere/else'],
  ['something else', { results: {} }, 'is not a run manifest of this version'],
])('%s is refused', async (_, content, message) => {
  const file = fileOf(content)
  await expect(readManifest(file)).rejects.toThrow(StoreError)
  await expect(readManifest(file)).rejects.toThrow(message)
})
