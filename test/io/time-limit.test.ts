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

const ENDLESS: readonly (readonly [string, () => unknown])[] = [
  [
    'a loop',
    () => {
      for (;;);
    },
  ],
  ['a regular expression', () => /(a+)+$/u.test(`${'a'.repeat(60)}!`)],
]

test.each(ENDLESS)('%s without end is ended, and the next work is done', (_, work) => {
  const inTime = timeLimit(5)
  expect(() => inTime(work)).toThrow(OutOfTime)
  expect(firstInTime(inTime, () => 8)).toBe(8)
})

/** A busy machine may do nothing at all for some milliseconds, so what has little time gets several tries. */
function firstInTime<T>(inTime: ReturnType<typeof timeLimit>, work: () => T): T {
  for (let tries = 0; tries < 1000; tries++) {
    try {
      return inTime(work)
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error
    }
  }
  throw new Error('never in time')
}
