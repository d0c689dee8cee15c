/** Which sequences share a cached response. */
import { expect, test } from 'vitest'
import { sequenceKey } from '../../src/cache/cached-responses.ts'

const sequence = { input: Int32Array.of(1, 2), targets: Int32Array.of(2, 3) }

test('a response to exact sums is another one', () => {
  expect(sequenceKey({ ...sequence, sumsExactly: true })).not.toEqual(sequenceKey(sequence))
})

test('a token is an input or a target', () => {
  expect(sequenceKey({ input: Int32Array.of(1, 2, 2), targets: Int32Array.of(3) })).not.toEqual(sequenceKey(sequence))
})
