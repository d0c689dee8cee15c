/** Expected values: `tensor` of scripts/make-benchmark-goldens.py under NumPy 2, and torch.bfloat16 for what it holds. */
import { expect, test } from 'vitest'
import { madeTensor } from '../../src/benchmark/made-tensor.ts'
import { roundToBfloat16 } from '../../src/model/weights/element-type.ts'

test('values follow from the name, as in Python', () => {
  expect([...madeTensor('model.embed_tokens.weight', [2, 4])]).toEqual([
    0.06640625, 0.171875, -0.1171875, 0.1015625, 0.22265625, 0.10546875, -0.0390625, -0.009765625,
  ])
  expect([...madeTensor('model.layers.0.input_layernorm.weight', [6])]).toEqual([0.8046875, 1.078125, 1.171875, 0.9296875, 0.78125, 0.8515625])
})

test('bfloat16 holds them, and they fill their range', () => {
  for (const [name, middle] of [
    ['lm_head.weight', 0],
    ['model.norm.weight', 1],
  ] as const) {
    const values = madeTensor(name, [5000])
    expect(values.every((value) => roundToBfloat16(value) === value)).toBe(true)
    expect(Math.min(...values)).toBe(middle - 0.25)
    expect(Math.max(...values)).toBeCloseTo(middle + 0.25, 1)
  }
})
