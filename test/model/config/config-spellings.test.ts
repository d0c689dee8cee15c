/**
 * Fields of config.json that say one thing twice, are left out, or belong to another family: the model that transformers 5.24 loads, or an error.
 * The log-probabilities of the same cases are in config-spellings.slow.ts.
 */
import { describe, expect, test } from 'vitest'
import { readConfigFile } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { inverseFrequencies, rotaryScale } from '../../../src/graph/blocks/rope.ts'
import { cases, folderOf, isRefused, REFUSED_THOUGH_IGNORED, tokens } from './config-spellings.ts'

describe('the model is the one of transformers:', () => {
  test.each(cases.filter((one) => one.log_probs && !isRefused(one)))('$name', async (one) => {
    const folder = folderOf(one)
    const { config } = await readConfigFile(folder)
    await readWeights(folder, config)
    const found = inverseFrequencies(config.rope, config.headSize, tokens.length - 1)
    expect(found.length).toBe(one.frequencies!.length)
    for (const [index, value] of found.entries()) expect(Math.abs(value / one.frequencies![index]! - 1)).toBeLessThan(2e-6)
    expect(rotaryScale(config.rope)).toBeCloseTo(one.factor!, 6)
    expect({
      windows: config.windows.map((window) => (window === Infinity ? null : window)),
      head_size: config.headSize,
      key_value_heads: config.keyValueHeadCount,
      biases: [config.queryKeyValueBias, config.attentionOutputBias, config.feedForwardBias],
      head_norms: config.queryKeyNorm !== undefined,
      max_positions: config.maxPositions,
      tied: config.tiedHead,
    }).toEqual({
      windows: one.windows,
      head_size: one.head_size,
      key_value_heads: one.key_value_heads,
      biases: one.biases,
      head_norms: one.head_norms,
      max_positions: one.max_positions,
      tied: one.tied,
    })
  })
})

describe('is refused, as by transformers or because its computation is not supported:', () => {
  test.each(cases.filter(isRefused))('$name', async (one) => {
    const folder = folderOf(one)
    const opened = readConfigFile(folder).then(({ config }) => readWeights(folder, config))
    await expect(opened).rejects.toThrow(CheckpointError)
    await expect(opened).rejects.toThrow(REFUSED_THOUGH_IGNORED[one.name] ?? folder)
  })
})

test('a note of a program is nothing to speak of', async () => {
  const folder = folderOf({ fixture: 'llama2', set: { _model_name_or_path: 'a/b', unsloth_version: '1', attn_pdrop: 0.1 }, without: [] })
  expect((await readConfigFile(folder)).notices).toEqual([])
})

const noticesOf = async (name: string) => (await readConfigFile(folderOf(cases.find((one) => one.name === name)!))).notices

test.each([
  ['rope_scaling beside rope_parameters', 'rope_scaling is used'],
  ['rope_theta beside rope_parameters with one', 'rope_theta is 1000 in rope_parameters and 77 at top level: 1000 is used'],
  ['factor without type', 'rope_scaling of type default has factor, which transformers ignores'],
  ['yarn attn_factor, which is not a field', 'rope_parameters of type yarn has attn_factor'],
  ['llama with sliding_window', 'has sliding_window, which transformers ignores for llama'],
  ['mistral attention_bias', 'has attention_bias, which transformers ignores for mistral'],
  ['mistral with use_sliding_window false', 'has use_sliding_window, which transformers ignores for mistral'],
  ['custom metadata', 'fields that are not known: my_training_run; ignored'],
  ['model_type mistral, architecture llama', 'the model is run as MistralForCausalLM'],
])('%s: a notice says what is not used', async (name, notice) => {
  const notices = await noticesOf(name)
  expect(notices).toHaveLength(1)
  expect(notices[0]).toContain(notice)
})

test.each(['rope_scaling null beside rope_parameters', 'pretraining_tp 2', 'dtype beside torch_dtype', 'qwen2 attention_bias true', 'hidden_act swish'])(
  '%s: nothing to say',
  async (name) => expect(await noticesOf(name)).toEqual([]),
)
