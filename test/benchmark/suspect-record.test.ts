import { expect, test } from 'vitest'
import { figures } from '../../src/benchmark/suspect-record.ts'

const timed = (output: Float32Array | undefined) => ({ milliseconds: 3, output, onCpu: ['Gather'], problem: null })

test('a difference is a share of the largest value; null if there is nothing to compare', () => {
  expect(figures(timed(Float32Array.of(1, -3.5)), Float32Array.of(1, -4))).toEqual({
    milliseconds: 3,
    tokensPerSecond: null,
    difference: 0.125,
    onCpu: ['Gather'],
    problem: null,
  })
  expect(figures(timed(Float32Array.of(1)), undefined).difference).toBeNull()
  expect(figures(timed(undefined), Float32Array.of(1)).difference).toBeNull()
})
