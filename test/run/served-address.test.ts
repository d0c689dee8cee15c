import { expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { isServed, parseAddresses, refuseSecrets, servedLabel } from '../../src/run/served-address.ts'

test.each([
  ['http://localhost:8000/v1', ['http://localhost:8000/v1']],
  ['http://localhost:8000/v1/', ['http://localhost:8000/v1']],
  ['http://localhost:8000/v1/completions', ['http://localhost:8000/v1']],
  ['http://localhost:8000/v1//completions//', ['http://localhost:8000/v1']],
  ['http://a:1/v1, https://b/v1', ['http://a:1/v1', 'https://b/v1']],
])('%s: without what the API adds itself', (source, addresses) => expect(parseAddresses(source)).toEqual(addresses))

test.each([
  ['http://a:1/v1,nowhere', '"nowhere" is not an address'],
  ['ftp://a/v1', '"ftp://a/v1" is not an address'],
  ['http://a:1/v1?key=x', 'the address of a:1 has something behind ? or #'],
  ['http://a:1/v1#x', 'the address of a:1 has something behind ? or #'],
  ['http://a:1/v1,http://a:1/v1/', 'http://a:1/v1 is given twice'],
])('%s is refused', (source, message) => {
  expect(() => parseAddresses(source)).toThrow(UsageError)
  expect(() => parseAddresses(source)).toThrow(message)
})

test.each(['http://me:secret@host/v1', 'big=HTTPS://me@host/v1,tokenizer=x', 'http://a/v1,http://u:p@b/v1'])(
  '%s has a password, which is not shown',
  (option) => expect(() => refuseSecrets(option)).toThrow(/^--model has an address with a user or password in it$/u),
)

test.each(['http://host/v1', 'big=http://host/v1,tokenizer=me@x/y', 'owner/repo@main'])('%s has none', (option) =>
  expect(() => refuseSecrets(option)).not.toThrow(),
)

test('a label is the end of the name, or the first host', () => {
  expect(servedLabel('http://a:8000/v1,http://b/v1', {})).toBe('a:8000')
  expect(servedLabel('http://a:8000/v1', { name: 'owner/model' })).toBe('model')
  expect(servedLabel('http://a:8000/v1', { name: 'owner/' })).toBe('a:8000')
})

test('only addresses of the web are served models', () => {
  expect(['http://a', 'HTTPS://a', './http', 'owner/http'].map(isServed)).toEqual([true, true, false, false])
})
