import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { hashWeights } from '../../../src/model/weights/weights-hash.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex')
const SHARDS = { 'model-1.safetensors': Buffer.alloc(3_000_000, 7), 'model-2.safetensors': Buffer.from('second') }

function folderOf(files: Readonly<Record<string, Buffer>>): string {
  const root = temporaryFolder()
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(root, name), content)
  return root
}

test('one file has its own sha256, as the hub shows it', async () => {
  const root = folderOf({ 'model.safetensors': SHARDS['model-1.safetensors'] })
  expect(await hashWeights({ root, files: ['model.safetensors'] })).toBe(sha256(SHARDS['model-1.safetensors']))
})

test('shards have one hash, whatever their names and order', async () => {
  const files = Object.keys(SHARDS)
  const expected = sha256(Object.values(SHARDS).map(sha256).sort().join('\n'))
  expect(await hashWeights({ root: folderOf(SHARDS), files })).toBe(expected)
  expect(await hashWeights({ root: folderOf(SHARDS), files: files.toReversed() })).toBe(expected)
  expect(await hashWeights({ root: folderOf({ a: SHARDS['model-2.safetensors'], b: SHARDS['model-1.safetensors'] }), files: ['a', 'b'] })).toBe(expected)
})
