import { expect, test } from 'vitest'
import { apiKeyOf, retryAfter } from '../../../src/engine/completions/server.ts'

test.each([
  ['3', 3000],
  [' 0 ', 0],
  ['Wed, 25 Nov 2026 12:00:05 GMT', 5000],
  ['Wed, 25 Nov 2026 11:59:00 GMT', 0],
  ['soon', undefined],
  [null, undefined],
])('Retry-After: %s is %s ms', (header, milliseconds) => {
  expect(retryAfter(header, Date.parse('2026-11-25T12:00:00Z'))).toBe(milliseconds)
})

test('a key is read without surrounding white space; a missing or empty key means no key', () => {
  expect(apiKeyOf({ OPENAI_API_KEY: ' sk-1\n' })).toBe('sk-1')
  expect(apiKeyOf({ OPENAI_API_KEY: '' })).toBeUndefined()
  expect(apiKeyOf({})).toBeUndefined()
})
