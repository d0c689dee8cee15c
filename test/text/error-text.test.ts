import { expect, test } from 'vitest'
import { causeText, errorText } from '../../src/text/error-text.ts'

test('an error says its message, anything else its text', () => {
  expect(errorText(new TypeError('no such file'))).toBe('no such file')
  expect(errorText('thrown as text')).toBe('thrown as text')
  expect(errorText(undefined)).toBe('undefined')
})

test.each([
  ['the message of its cause', new Error('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') }), 'connect ECONNREFUSED 127.0.0.1:9'],
  ['the code of a cause without a message', new Error('fetch failed', { cause: { code: 'UND_ERR_SOCKET', message: '' } }), 'UND_ERR_SOCKET'],
  ['its own message without a cause', new Error('fetch failed'), 'fetch failed'],
])('a network error says %s', (_, error, text) => {
  expect(causeText(error)).toBe(text)
})
