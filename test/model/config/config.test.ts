/** Sizes are bounded before anything is made of them. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig, readConfigFile } from '../../../src/model/config/config.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const CONFIG = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../checkpoints/qwen3/config.json'), 'utf8')) as object

test.each([
  ['num_hidden_layers', 1e9],
  ['num_hidden_layers', 10_001],
  ['hidden_size', 2 ** 40],
  ['vocab_size', 2 ** 53],
  ['num_attention_heads', 1e12],
  ['intermediate_size', 1e15],
  ['head_dim', 1e10],
])('%s of %d is refused before a list is made of it', (key, value) => {
  expect(() => parseConfig({ ...CONFIG, [key]: value }, 'config.json')).toThrow(CheckpointError)
  expect(() => parseConfig({ ...CONFIG, [key]: value }, 'config.json')).toThrow(/Too big/u)
})

test('what is not read cannot be code either: auto_map and trust_remote_code mean nothing', () => {
  const config = { ...CONFIG, auto_map: { AutoModelForCausalLM: 'modeling_evil.Evil' }, trust_remote_code: true }
  expect(parseConfig(config, 'config.json')).toEqual(parseConfig(CONFIG, 'config.json'))
})

test('numbers that JSON does not have are no reason to refuse a file', async () => {
  const folder = temporaryFolder()
  const text = JSON.stringify({ ...CONFIG, time_step_limit: 0 })
  writeFileSync(path.join(folder, 'config.json'), text.replace('"time_step_limit":0', '"time_step_limit":[0.0,Infinity,-Infinity,NaN]'))
  const { config, notices } = await readConfigFile(folder)
  expect(config).toEqual(parseConfig(CONFIG, 'config.json'))
  expect(notices).toEqual([expect.stringContaining('time_step_limit')])
})

test('and if a size is such a number, the file is malformed', () => {
  expect(() => parseConfig({ ...CONFIG, rms_norm_eps: 'Infinity' }, 'config.json')).toThrow(/malformed/u)
})
