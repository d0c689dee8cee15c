import { expect, test } from 'vitest'
import { CheckpointError } from '../../../src/errors.ts'
import { parts } from '../../../src/model/weights/matrix-parts.ts'
import type { StoredTensor } from '../../../src/model/weights/stored-tensor.ts'

const tensor = (dtype: string, shape: readonly number[]) => ({ dtype, shape }) as unknown as StoredTensor
const part = parts('q_proj', new Map([['q_proj.qweight', tensor('I32', [8, 64])]]))

test('a part is found by its name, type and shape', () => expect(part('.qweight', ['I32', 'I64'], [8, 64]).dtype).toBe('I32'))

test.each([
  [() => part('.scales', ['F16'], [1, 64]), 'tensor q_proj.scales is missing'],
  [() => part('.qweight', ['F16', 'BF16'], [8, 64]), 'tensor q_proj.qweight has dtype I32, expected F16 or BF16'],
  [() => part('.qweight', ['I32'], [64, 8]), 'tensor q_proj.qweight has shape [8, 64], expected [64, 8]'],
])('%s', (find, message) => {
  expect(find).toThrow(CheckpointError)
  expect(find).toThrow(message)
})
