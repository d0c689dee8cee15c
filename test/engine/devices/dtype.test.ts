import { expect, test } from 'vitest'
import { graphType, parseDtype } from '../../../src/engine/devices/dtype.ts'

test.each([
  ['f32', 'float32', 'float'],
  ['float16', 'float16', 'float16'],
  ['fp16', 'float16', 'float16'],
  ['bf16', 'bfloat16', 'bfloat16'],
] as const)('--dtype %s', (text, dtype, type) => expect([parseDtype(text), graphType(dtype)]).toEqual([dtype, type]))

test.each([
  ['nf4', 'Quantized weights are a setting of the model: --model NAME=WHERE,quantize=nf4, int8 or int4.'],
  ['int8', 'Quantized weights are a setting of the model: --model NAME=WHERE,quantize=nf4, int8 or int4.'],
  ['flaot16', 'Did you mean float16? Supported: f32, f16, bf16.'],
  ['constructor', 'Supported: f32, f16, bf16.'],
])('--dtype %s is refused with a hint', (text, hint) => {
  const parse = () => parseDtype(text)
  expect(parse).toThrow(`unknown --dtype "${text}"`)
  expect(parse).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }))
})
