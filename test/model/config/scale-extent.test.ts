import { expect, test } from 'vitest'
import { CheckpointError } from '../../../src/errors.ts'
import { groupSizeOf, WHOLE_AXIS } from '../../../src/model/config/scale-extent.ts'

test.each([16, 32, 128, 2 ** 26, WHOLE_AXIS])('groups of %d', (size) => expect(groupSizeOf(size, 'config.json')).toBe(size))
test.each([undefined, 0, 8, 48, 2 ** 27, -2, NaN])('groups of %d are refused', (size) =>
  expect(() => groupSizeOf(size, 'config.json')).toThrow(CheckpointError),
)
