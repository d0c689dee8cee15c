/** The errors that users see, and AbortError of work that does not look at the signal itself. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { AbortError, CheckpointError, EngineError, HarnessError, nullIfAborted, ServerLostError, unlessAborted } from '../src/errors.ts'

const never = new Promise<never>(() => {})

test('an error has the name of its class, a stable code, a hint and its cause', () => {
  const cause = new Error('EACCES')
  const error = new CheckpointError('cannot read config.json', 'Check its permissions.', { cause })
  expect(error).toBeInstanceOf(HarnessError)
  expect(error).toMatchObject({ name: 'CheckpointError', code: 'CHECKPOINT', message: 'cannot read config.json', hint: 'Check its permissions.', cause })
})

test('a narrower class has the code of the wider one', () => {
  const error = new ServerLostError('no healthy endpoint', 'Start a server.')
  expect(error).toBeInstanceOf(EngineError)
  expect(error).toMatchObject({ name: 'ServerLostError', code: 'ENGINE' })
})

test('a message that quotes a long value is cut after 4000 characters', () => {
  expect(new CheckpointError('x'.repeat(4000), '').message).toHaveLength(4000)
  expect(new CheckpointError('x'.repeat(5000), '').message).toBe(`${'x'.repeat(4000)}…`)
})

test('nullIfAborted swallows a cancellation only', () => {
  expect(nullIfAborted(new AbortError())).toBeNull()
  expect(() => nullIfAborted(new Error('other'))).toThrow('other')
})

test('unlessAborted passes on the value or the error of the work', async () => {
  const { signal } = new AbortController()
  expect(await unlessAborted(Promise.resolve(3), signal)).toBe(3)
  await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
  expect(await unlessAborted(Promise.resolve(4), undefined)).toBe(4)
})

test('unlessAborted fails with AbortError when the signal is aborted during the work or before it', async () => {
  const cancellation = new AbortController()
  const work = unlessAborted(never, cancellation.signal)
  cancellation.abort()
  await expect(work).rejects.toThrow(new AbortError())
  await expect(unlessAborted(Promise.resolve(3), cancellation.signal)).rejects.toBeInstanceOf(AbortError)
})

test('unlessAborted removes its listener when the work has ended', async () => {
  const { signal } = new AbortController()
  for (let round = 0; round < 20; round++) await unlessAborted(Promise.resolve(round), signal)
  await new Promise((resolve) => setImmediate(resolve))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
