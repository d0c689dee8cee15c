import { expect, test } from 'vitest'
import { batchBudget } from '../../../src/engine/onnx/batch-budget.ts'
import { parseConfig } from '../../../src/model/config/config.ts'
import { UsageError } from '../../../src/errors.ts'

const common = { model_type: 'llama', max_position_embeddings: 2048, rms_norm_eps: 1e-5 }
const smolLm2 = parseConfig(
  {
    ...common,
    hidden_size: 576,
    intermediate_size: 1536,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    num_hidden_layers: 30,
    vocab_size: 49_152,
    tie_word_embeddings: true,
  },
  'config.json',
)
const qwen3Of8B = parseConfig(
  {
    ...common,
    hidden_size: 4096,
    intermediate_size: 12288,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    num_hidden_layers: 36,
    vocab_size: 151_936,
  },
  'config.json',
)
const GIGABYTE = 1e9

test('a batch grows as far as its beginning is worth it; passes stay as short as is fast', () => {
  expect(batchBudget(smolLm2, {}, 24 * GIGABYTE)).toEqual({ usual: 4096, most: 32_768, pass: 1024 })
  expect(batchBudget(qwen3Of8B, {}, 24 * GIGABYTE)).toEqual({ usual: 4096, most: 32_768, pass: 1024 })
})

test('on a small machine a large model goes in shorter passes', () => {
  expect(batchBudget(qwen3Of8B, {}, 4 * GIGABYTE)).toEqual({ usual: 4096, most: 32_768, pass: 586 })
})

test('a given token budget is used', () => {
  expect(batchBudget(smolLm2, { batchTokens: 300 }, GIGABYTE)).toEqual({ usual: 300, most: 300, pass: 300 })
  expect(batchBudget(smolLm2, { batchTokens: 8192 }, GIGABYTE)).toEqual({ usual: 8192, most: 8192, pass: 8192 })
})

test('without a figure it is that of this machine', () => {
  expect(batchBudget(smolLm2).pass).toBe(1024)
})

test('a given memory limit decides the budget', () => {
  expect(batchBudget(smolLm2, { memoryBytes: 1.2 * GIGABYTE })).toEqual({ usual: 4096, most: 32_768, pass: 1024 })
  expect(batchBudget(smolLm2, { memoryBytes: 1.1 * GIGABYTE })).toEqual({ usual: 4096, most: 32_768, pass: 775 })
  expect(batchBudget(smolLm2, { memoryBytes: 64 * GIGABYTE })).toEqual({ usual: 4096, most: 32_768, pass: 1024 })
})

test('a limit below the memory of the model is refused; the error names that memory', () => {
  expect(() => batchBudget(smolLm2, { memoryBytes: 500 * 2 ** 20 })).toThrow(
    new UsageError('--memory 500M is too little for this model', 'It takes about 960M at the least.'),
  )
  expect(() => batchBudget(qwen3Of8B, { memoryBytes: 16 * GIGABYTE })).toThrow(/too little/u)
})

test('quantized weights leave more to batches: NF4 takes 4.5 bits a value of a projection', () => {
  expect(() => batchBudget(qwen3Of8B, { memoryBytes: 16 * GIGABYTE })).toThrow(/too little/u)
  expect(batchBudget({ ...qwen3Of8B, projectionBytes: 4.5 / 8 }, { memoryBytes: 16 * GIGABYTE }).usual).toBe(4096)
})

test('an adapter takes its own', () => {
  const pass = (adapterBytes: number) => batchBudget({ ...smolLm2, adapterBytes }, { memoryBytes: 1.1 * GIGABYTE }).pass
  expect(pass(0)).toBe(775)
  expect(pass(1e6)).toBeLessThan(775)
})
