/** Checkpoints that quantizing tools left, against transformers over the same tools' unpacked weights (scripts/make-quantization-goldens.py, make-compressed-goldens.py). */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { parseQuantization } from '../../../src/model/config/quantization-config.ts'
import { BYTES_PER_STORED_VALUE, readSafetensorsHeader } from '../../../src/model/weights/safetensors.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { CHECKPOINTS, folderOf, IN_FAST_SUITE, methodOf, missesOf } from './quantized-checkpoints.ts'
import { scoreRunnable } from './score-runnable.ts'

/** One of each layout; unpack-matrix.slow.ts scores the others. */
test.each(IN_FAST_SUITE)('%s gives the log-likelihoods of transformers over the unpacked weights', { tags: ['slow'] }, async (name) => {
  expect(await missesOf(name)).toEqual([])
})

describe.each(CHECKPOINTS)('%s', (name) => {
  test('is refused if weights have to be plain', async () => {
    const folder = folderOf(name)
    await expect(readWeights(folder, await readConfig(folder))).rejects.toThrow(`: the weights are quantized with ${methodOf(name)}`)
  })
})

test.each([
  [{ quant_method: 'bitsandbytes', load_in_8bit: true }, 'bitsandbytes LLM.int8'],
  [{ load_in_4bit: true, bnb_4bit_quant_type: 'fp4' }, 'bitsandbytes fp4'],
  [{ quant_method: 'gptq', bits: 8, group_size: 128 }, 'GPTQ of 8 bits'],
  [{ quant_method: 'gptq', bits: 4, group_size: 128, checkpoint_format: 'marlin' }, 'GPTQ in the format marlin'],
  [{ quant_method: 'awq', bits: 4, group_size: 128, version: 'gemv' }, 'AWQ in the version gemv'],
  [{ quant_method: 'fbgemm_fp8' }, 'fbgemm_fp8'],
  [{ quant_method: 'fp8', activation_scheme: 'static' }, 'FP8 with the activation_scheme static'],
  [{ quant_method: 'fp8', fmt: 'e5m2' }, 'FP8 in the format e5m2'],
  [{}, 'a method that it does not name'],
])('%j is refused by name', (content, name) => {
  expect(() => parseQuantization(content, 'config.json', [])).toThrow(CheckpointError)
  expect(() => parseQuantization(content, 'config.json', [])).toThrow(`config.json: the weights are quantized with ${name}, which is not supported`)
})

test('group sizes that are not powers of two are refused', () => {
  expect(() => parseQuantization({ quant_method: 'gptq', bits: 4, group_size: 48 }, 'config.json', [])).toThrow('in groups of 48')
})

/** A copy of a checkpoint with the header of its weights changed: names and shapes may be exchanged for others of equal length. */
function damagedCopy(name: string, from: string, to: string): string {
  const folder = path.join(temporaryFolder(), name)
  cpSync(folderOf(name), folder, { recursive: true })
  const file = path.join(folder, 'model.safetensors')
  const text = readFileSync(file, 'latin1')
  expect(text).toContain(from)
  expect(to).toHaveLength(from.length)
  writeFileSync(file, text.replace(from, to), 'latin1')
  return folder
}

test.each([
  ['gptq-act-order', '0.self_attn.q_proj.scales', '0.self_attn.q_proj.scaled', 'q_proj.scales is missing'],
  ['awq', '0.self_attn.q_proj.qzeros', '0.self_attn.q_proj.qzerox', 'q_proj.qzeros is missing'],
  ['compressed-tensors-fp8-static', '0.self_attn.q_proj.input_scale', '0.self_attn.q_proj.input_scalx', 'q_proj.input_scale is missing'],
  ['nf4', '"blocksize": 64', '"blocksize": 32', 'down_proj.weight.absmax has shape [192], expected [384]'],
  ['nf4', '"quant_type": "nf4"', '"quant_type": "nf4 ', 'is not JSON'],
])('%s with %s as %s is refused', async (name, from, to, message) => {
  const folder = damagedCopy(name, from, to)
  const reading = readWeights(folder, await readConfig(folder), { mayBeQuantized: true })
  await expect(reading).rejects.toThrow(CheckpointError)
  await expect(reading).rejects.toThrow(message)
})

/** A copy in which the bytes of a tensor are all 0xff. */
async function filledCopy(name: string, tensor: string): Promise<string> {
  const folder = path.join(temporaryFolder(), name)
  cpSync(folderOf(name), folder, { recursive: true })
  const file = path.join(folder, 'model.safetensors')
  const entry = (await readSafetensorsHeader(file, BYTES_PER_STORED_VALUE)).find((one) => one.name.endsWith(tensor))!
  writeFileSync(file, readFileSync(file).fill(0xff, entry.byteOffset, entry.byteOffset + entry.byteLength))
  return folder
}

test.each([
  ['gptq-asymmetric', 'q_proj.qzeros', 'q_proj.weight: GPTQ with a zero point of 16 is not supported'],
  ['gptq-act-order', 'q_proj.g_idx', 'q_proj.weight: a column has an unknown group'],
  ['compressed-tensors-fp8-static', 'q_proj.input_scale', 'q_proj.weight: the scale of its input is NaN'],
  ['compressed-tensors-int4-group', 'q_proj.weight_shape', 'q_proj.weight packs [-1, -1], config.json calls for [64, 96]'],
])('%s with %s filled is refused', async (name, tensor, message) => {
  const folder = await filledCopy(name, tensor)
  await expect(scoreRunnable(folder, {}, [])).rejects.toThrow(CheckpointError)
  await expect(scoreRunnable(folder, {}, [])).rejects.toThrow(message)
})
