import { createHash } from 'node:crypto'
import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { HubError } from '../../src/errors.ts'
import { checkBlob } from '../../src/hub/check-blob.ts'
import { gitHash } from '../git-hash.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** A file of the cache: a link to a blob that is named by a hash. */
function cached(name: string, content: string) {
  const folder = temporaryFolder()
  const [blob, file] = [path.join(folder, name), path.join(folder, 'config.json')]
  writeFileSync(blob, content)
  symlinkSync(blob, file)
  return { blob, file }
}

const CONTENT = '{"model_type": "llama"}'

test.each([
  ['sha256, of large files', createHash('sha256').update(CONTENT).digest('hex')],
  ["git's hash, of small files", gitHash(Buffer.from(CONTENT))],
  ['a name that is not a hash', 'etag-1'],
])('%s', async (_, name) => {
  const { file } = cached(name, CONTENT)
  await checkBlob(file, 'config.json of a/b')
  expect(existsSync(file)).toBe(true)
})

test.each([['0'.repeat(64)], ['0'.repeat(40)]])('another content than %s says is refused, and removed', async (name) => {
  const { blob, file } = cached(name, CONTENT)
  const checking = checkBlob(file, 'config.json of a/b')
  await expect(checking).rejects.toThrow(HubError)
  await expect(checking).rejects.toThrow(`config.json of a/b was received with other content than the hub has: its hash is `)
  expect([existsSync(blob), existsSync(file)]).toEqual([false, false])
})
