import { expect, test } from 'vitest'
import type { Encoder } from '../../src/plan/encode.ts'
import { encodingKey } from '../../src/run/encoding-key.ts'

const ENCODER = { prefixToken: 1, maxLength: 128, rollingBos: 'lm-eval' } as Encoder
const key = (hash: string, changes: Partial<Encoder> = {}) => encodingKey({ hash }, { ...ENCODER, ...changes })

test.each<[string, string, Partial<Encoder>]>([
  ['tokenizer', 'b', {}],
  ['prefix token', 'a', { prefixToken: 2 }],
  ['window', 'a', { maxLength: 64 }],
  ['rolling bos', 'a', { rollingBos: 'once' }],
  ['add_bos_token', 'a', { addBosToken: true }],
])('another %s encodes in another way', (_, hash, changes) => expect(key(hash, changes)).not.toBe(key('a')))

test('equal ones encode alike', () => expect(key('a')).toBe(key('a')))
