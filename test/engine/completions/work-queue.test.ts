import fc from 'fast-check'
import { expect, test } from 'vitest'
import { workQueue } from '../../../src/engine/completions/work-queue.ts'

const jobs = Array.from({ length: 12 }, (_, index) => index)
const all = () => true

test('each taker has neighbors, and the one that is done gets the far half of the longest span', () => {
  const queue = workQueue(jobs, 3, all)
  expect([queue.take(0), queue.take(1), queue.take(2), queue.take(0), queue.take(1)]).toEqual([0, 4, 8, 1, 5])
  expect([queue.take(0), queue.take(0)]).toEqual([2, 3])
  // 9, 10 and 11 are left to the third, 6 and 7 to the second.
  expect([queue.take(0), queue.take(0), queue.take(0)]).toEqual([10, 11, 7])
  expect([queue.take(1), queue.take(1), queue.take(1)]).toEqual([6, 9, undefined])
})

test('returned jobs come first, but not to the taker that failed', () => {
  const queue = workQueue(jobs, 2, all)
  queue.giveBack(99, 0)
  expect([queue.take(0), queue.take(1), queue.take(1)]).toEqual([0, 99, 6])
})

test('a single taker gets its returned job again', () => {
  const queue = workQueue(jobs, 2, (taker) => taker === 0)
  queue.giveBack(99, 0)
  expect(queue.take(0)).toBe(99)
})

test('each job is taken once, in any order of takers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.array(fc.nat(3), { minLength: 80, maxLength: 80 }), (count, takers) => {
      const queue = workQueue(
        Array.from({ length: count }, (_, index) => index),
        4,
        all,
      )
      const taken = [...takers, 0, 1, 2, 3].map((taker) => queue.take(taker)).filter((job) => job !== undefined)
      expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index))
    }),
  )
})
