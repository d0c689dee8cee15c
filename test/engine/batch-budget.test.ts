import { expect, test } from 'vitest'
import { batchBudget } from '../../src/engine/batch-budget.ts'

const smolLm2 = { hiddenSize: 576, intermediateSize: 1536, headCount: 9, headSize: 64 }
const qwen3Of8B = { hiddenSize: 4096, intermediateSize: 12288, headCount: 32, headSize: 128 }
const GIGABYTE = 1e9

test('a small model on a usual machine may grow its batches eightfold', () => {
  expect(batchBudget(smolLm2, undefined, 24 * GIGABYTE)).toEqual({ usual: 4096, most: 32_768 })
})

test('the larger the model and the smaller the machine, the less a batch grows', () => {
  expect(batchBudget(qwen3Of8B, undefined, 64 * GIGABYTE)).toEqual({ usual: 4096, most: 16_384 })
  expect(batchBudget(qwen3Of8B, undefined, 24 * GIGABYTE)).toEqual({ usual: 4096, most: 8192 })
  expect(batchBudget(qwen3Of8B, undefined, 4 * GIGABYTE)).toEqual({ usual: 4096, most: 4096 })
})

test('a number that the user gives is kept to', () => {
  expect(batchBudget(smolLm2, 300, GIGABYTE)).toEqual({ usual: 300, most: 300 })
})

test('without a figure it is that of this machine', () => {
  const { usual, most } = batchBudget(smolLm2)
  expect(usual).toBe(4096)
  expect([4096, 8192, 16_384, 32_768]).toContain(most)
})
