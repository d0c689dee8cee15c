/** AbortError of work that does not look at the signal itself. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { AbortError, unlessAborted } from '../src/errors.ts'

const never = new Promise<never>(() => {})

test('work that ends gives its value or its error', async () => {
  const { signal } = new AbortController()
  expect(await unlessAborted(Promise.resolve(3), signal)).toBe(3)
  await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
  expect(await unlessAborted(Promise.resolve(4), undefined)).toBe(4)
})

test('the signal ends what is under way, and what begins after it', async () => {
  const interruption = new AbortController()
  const work = unlessAborted(never, interruption.signal)
  interruption.abort()
  await expect(work).rejects.toBeInstanceOf(AbortError)
  await expect(unlessAborted(Promise.resolve(3), interruption.signal)).rejects.toBeInstanceOf(AbortError)
})

test('nothing listens any more when the work has ended', async () => {
  const { signal } = new AbortController()
  for (let round = 0; round < 20; round++) await unlessAborted(Promise.resolve(round), signal)
  await new Promise((resolve) => setImmediate(resolve))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
