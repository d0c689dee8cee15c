/** Model folders are untrusted input: links, and other objects in place of files. */
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCheckpoint } from '../../src/model/checkpoint.ts'
import { modelFile, readModelFile } from '../../src/model/model-file.ts'
import { CheckpointError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { tinyModel } from '../tiny-model.ts'

describe('a file of a model folder', () => {
  test('is found by its name, and is undefined if it does not exist', async () => {
    const folder = tinyModel()
    expect(await modelFile(folder, 'config.json')).toMatch(/config\.json$/u)
    expect(await modelFile(folder, 'absent.json')).toBeUndefined()
    expect(await modelFile('/no/such/folder', 'config.json')).toBeUndefined()
  })

  test.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'])('%s may be a link within the folder', async (name) => {
    const folder = tinyModel()
    if (!readdirSync(folder).includes(name)) writeFileSync(path.join(folder, name), '{}')
    mkdirSync(path.join(folder, 'files'))
    renameSync(path.join(folder, name), path.join(folder, 'files', name))
    symlinkSync(path.join('files', name), path.join(folder, name))
    await expect(openCheckpoint(folder)).resolves.toMatchObject({ architecture: 'Qwen3ForCausalLM' })
  })

  test.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors', 'model.safetensors.index.json'])(
    '%s may not be a link out of it',
    async (name) => {
      const folder = tinyModel()
      const secret = path.join(temporaryFolder(), 'secret.json')
      writeFileSync(secret, '{"secret": 1}')
      rmSync(path.join(folder, name), { force: true })
      symlinkSync(secret, path.join(folder, name))
      await expect(openCheckpoint(folder)).rejects.toThrow(CheckpointError)
      await expect(openCheckpoint(folder)).rejects.toThrow(`${path.join(folder, name)} is a link to ${secret}, outside its folder`)
    },
  )

  test('may be a link to a blob of the hub’s cache, from its own snapshot or from a folder elsewhere', async () => {
    const repository = path.join(temporaryFolder(), 'models--a--b')
    const [snapshot, blobs, elsewhere] = [path.join(repository, 'snapshots', 'c'.repeat(40)), path.join(repository, 'blobs'), temporaryFolder()]
    for (const folder of [snapshot, blobs]) mkdirSync(folder, { recursive: true })
    const model = tinyModel()
    for (const [index, name] of readdirSync(model).entries()) {
      const blob = path.join(blobs, String(index).padStart(40, '0'))
      renameSync(path.join(model, name), blob)
      symlinkSync(path.relative(snapshot, blob), path.join(snapshot, name))
      symlinkSync(blob, path.join(elsewhere, name))
    }
    await expect(openCheckpoint(snapshot)).resolves.toBeDefined()
    await expect(openCheckpoint(elsewhere)).resolves.toBeDefined()
  })

  test('is not a folder, and not larger than any of its kind', async () => {
    const folder = tinyModel()
    mkdirSync(path.join(folder, 'a.json'))
    await expect(readModelFile(folder, 'a.json')).rejects.toThrow('is not a file')
    writeFileSync(path.join(folder, 'b.json'), '')
    truncateSync(path.join(folder, 'b.json'), 2 ** 40)
    await expect(readModelFile(folder, 'b.json')).rejects.toThrow('has 1099511627776 bytes')
  })
})

test.each(['../model.safetensors', '/etc/passwd', 'a/b.safetensors', String.raw`..\model.safetensors`, String.raw`C:\x.safetensors`, '..', '.', '', 'a\0b'])(
  'an index may not name %j',
  async (name) => {
    const folder = tinyModel()
    writeFileSync(path.join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { 'model.norm.weight': name } }))
    await expect(openCheckpoint(folder)).rejects.toThrow('which is not a file of its folder')
  },
)
