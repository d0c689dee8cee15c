import { expect, test } from 'vitest'
import type { WeightTensor } from '../../../src/model/weights/stored-tensor.ts'
import { LLAMA_TENSOR_NAMES } from '../../../src/model/families/llama.ts'
import { adapterOperations } from '../../../src/engine/roofline/operations.ts'
import type { LowRankPair } from '../../../src/model/runnable/runnable-weights.ts'

const tensor = (...shape: number[]): WeightTensor => ({ dtype: 'F32', shape, location: '', byteOffset: 0, byteLength: 0 })
const pair = (input: number, rank: number, out: number): LowRankPair => ({ rank, scale: 1, down: tensor(rank, input), up: tensor(out, rank) })
const NAMES = { tensorNames: LLAMA_TENSOR_NAMES }
const batch = {
  tree: { tokenIds: new Int32Array(10), depths: new Int32Array(10), subtreeEnds: new Int32Array(10), ends: [] },
  scored: new Int32Array(3),
}

test('an adapter adds two thin products to each token, the head’s to scored positions, and one if the input is a token', () => {
  expect(adapterOperations(NAMES, {}, batch)).toBe(0)
  expect(adapterOperations(NAMES, { adapter: new Map([['model.layers.0.mlp.up_proj.weight', pair(32, 4, 64)]]) }, batch)).toBe(2 * 10 * 4 * (32 + 64))
  expect(adapterOperations(NAMES, { adapter: new Map([['lm_head.weight', pair(32, 4, 160)]]) }, batch)).toBe(2 * 3 * 4 * (32 + 160))
  expect(adapterOperations(NAMES, { adapter: new Map([['model.embed_tokens.weight', pair(160, 4, 32)]]) }, batch)).toBe(2 * 10 * 4 * 32)
})
