/** What a user reads who names a model that is not there, or settings that are not known. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { locateModel } from '../../src/run/locate-model.ts'
import { parseModel, parsePlainModel } from '../../src/run/parse-model.ts'
import { HarnessError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const root = temporaryFolder()
const model = path.join(root, 'model')
mkdirSync(model)

afterEach(() => vi.unstubAllEnvs())

const errorOf = async (option: string) => {
  const locate = async () => locateModel(parseModel(option), () => {})
  const error: unknown = await locate().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(HarnessError)
  return error as HarnessError
}

test.each([
  ['dtype=float32', '"dtype" is not a setting of a model', '--dtype f32, f16 or bf16'],
  ['quantise=nf4', '"quantise" is not a setting of a model', 'Did you mean quantize? Known: quantize, block, adapter,'],
  ['quantize=nf4,blocksize=64', '"blocksize" is not a setting of a model', 'Give block=N.'],
  ['dtype=float32,quantize=nf4', '"dtype" is not a setting of a model', '--dtype f32'],
  ['device=cuda:0', '"device" is not a setting of a model', '--device cpu, webgpu or cuda:0'],
  ['revision=main', '"revision" is not a setting of a model', 'OWNER/NAME@REVISION'],
  ['load_in_4bit=True', '"load_in_4bit" is not a setting of a model', 'quantize=nf4'],
  ['Quantize=nf4', '"Quantize" is not a setting of a model', 'Did you mean quantize?'],
  ['zzz=1', '"zzz" is not a setting of a model', 'Known: quantize'],
  ['nf4', '"nf4" is not a setting of a model', 'Give quantize=nf4.'],
])('a setting that is not known behind a folder: %s', async (settings, message, hint) => {
  expect(await errorOf(`m=${model},${settings}`)).toMatchObject({ message, hint: expect.stringContaining(hint) as string })
})

test('the same behind a repository of the hub and behind a server, without the value', async () => {
  expect((await errorOf('m=org/name,dtype=float32')).message).toBe('"dtype" is not a setting of a model')
  const error = await errorOf('m=http://127.0.0.1:1/v1,api_key=secret,tokenizer=x')
  expect(error.message).toBe('"api_key" is not a setting of a model')
  expect(JSON.stringify(error) + String(error)).not.toContain('secret')
})

test('prune and layermap say the same', async () => {
  await expect(locateModel(parsePlainModel(`${model},dtype=float32`), () => {})).rejects.toThrow('"dtype" is not a setting of a model')
})

test('a comma in the name of a folder is not a setting', async () => {
  const folder = path.join(root, 'a,b=c')
  mkdirSync(folder)
  await expect(locateModel(parseModel(`m=${folder}`), () => {})).resolves.toMatchObject({ folder })
})

describe('a file instead of a folder', () => {
  test.each([
    ['x.gguf', '', 'is a GGUF file, which is not read', 'gguf_file'],
    ['named-wrongly.safetensors', 'GGUF\u0003', 'is a GGUF file, which is not read', 'gguf_file'],
    ['pytorch_model.bin', '', 'is a pickle, which is never read', 'save_pretrained'],
    ['model.pt', 'PK\u0003\u0004', 'is a zip archive', 'save_pretrained'],
    ['model.onnx', '', 'is an ONNX graph', 'exported from'],
    ['model.safetensors', '', 'is a file; a model is a folder', `Give the folder that holds it: ${root}`],
    ['config.json', '{}', 'is a file; a model is a folder', `Give the folder that holds it: ${root}`],
    ['notes', '', 'is a file; a model is a folder', 'config.json, *.safetensors and tokenizer.json'],
  ])('%s with %j', async (name, content, what, hint) => {
    const file = path.join(root, name)
    writeFileSync(file, content, 'latin1')
    expect(await errorOf(`m=${file}`)).toMatchObject({
      message: expect.stringContaining(`${file} ${what}`) as string,
      hint: expect.stringContaining(hint) as string,
    })
  })
})

test('a folder that is named wrongly: the one beside it', async () => {
  expect(await errorOf(`m=${path.join(root, 'modle')}`)).toMatchObject({
    message: `no such model folder: ${path.join(root, 'modle')}`,
    hint: expect.stringContaining(`Did you mean ${model}?`) as string,
  })
  expect((await errorOf(`m=${path.join(root, 'something-else')}`)).hint).not.toContain('Did you mean')
})

test.each([['demo/modle'], ['dmeo/model']])('%s may be a repository: the hub is asked, and its error names the folder that is near', async (option) => {
  vi.stubEnv('HF_HUB_OFFLINE', '1')
  vi.stubEnv('HF_HOME', root)
  expect((await errorOf(option)).hint).toMatch(/^Did you mean the folder demo\/model\? \S/u)
})
