import { expect, test } from 'vitest'
import { AbortError, RequestError } from '../../src/errors.ts'
import { encodeAhead } from '../../src/run/encode-ahead.ts'
import type { Request } from '../../src/task/request.ts'

/** A token a character. */
const encoder = {
  encode: (text: string) => Array.from(text, (character) => character.codePointAt(0)!),
  prefixToken: 0,
  prefixText: '',
  maxLength: 8,
  rollingBos: 'lm-eval',
} as const

const ask = (context: string, continuation: string): Request => ({ kind: 'continuation', context, continuation })
const task = (name: string, requests: readonly Request[], chunks: readonly (readonly number[])[]) => ({
  requests,
  chunks,
  nameOf: (index: number) => `${name}, request ${index}`,
})

test('each chunk is encoded in the order of its requests, and totals count the whole task', async () => {
  const requests = [ask('ab', 'c'), ask('ab', 'd'), ask('0123456789', 'x')]
  const [encoded] = encodeAhead([task('t', requests, [[1, 0], [2]])], encoder)
  const chunks = await Promise.all(encoded!.chunks.map((chunk) => chunk.encoded))
  expect(encoded!.chunks.map((chunk) => chunk.requests)).toEqual([[1, 0], [2]])
  expect(chunks[0]!.sequences.map(({ targets }) => String.fromCodePoint(...targets))).toEqual(['d', 'c'])
  const { tokensAsked, tokensDistinct, tokensCut } = await encoded!.totals
  // Inputs: ab, ab, and the last eight of 0123456789.
  expect({ tokensAsked, tokensDistinct, tokensCut }).toEqual({ tokensAsked: 12, tokensDistinct: 10, tokensCut: new Map([[2, 2]]) })
})

test('an error names its request, and all that comes later fails with it', async () => {
  const [first, second] = encodeAhead([task('bad', [ask('a', 'b'.repeat(9))], [[0]]), task('good', [ask('a', 'b')], [[0]])], encoder)
  await expect(first!.chunks[0]!.encoded).rejects.toThrow(/^bad, request 0: the continuation/u)
  await expect(first!.totals).rejects.toThrow(RequestError)
  await expect(second!.chunks[0]!.encoded).rejects.toThrow(/^bad, request 0/u)
})

test('cancelling ends a long chunk', async () => {
  const stop = new AbortController()
  const slow = { ...encoder, encode: (text: string) => (Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5), encoder.encode(text)) }
  const requests = Array.from({ length: 500 }, (_, index) => ask(`${index}`, 'b'))
  const [encoded] = encodeAhead([task('t', requests, [requests.map((_, index) => index)])], slow, stop.signal)
  stop.abort()
  await expect(encoded!.totals).rejects.toThrow(AbortError)
})
