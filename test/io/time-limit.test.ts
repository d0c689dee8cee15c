import { expect, test } from 'vitest'
import { OutOfTime, timeLimit } from '../../src/io/time-limit.ts'

test('work in time gives its value or its error', () => {
  const inTime = timeLimit(10_000)
  expect(inTime(() => 7)).toBe(7)
  expect(() =>
    inTime(() => {
      throw new TypeError('mine')
    }),
  ).toThrow(TypeError)
})

test('work without end is ended', () => {
  expect(() =>
    timeLimit(5)(() => {
      for (;;);
    }),
  ).toThrow(OutOfTime)
})
