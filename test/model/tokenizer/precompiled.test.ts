/** The character map of SentencePiece: a map that it compiled, and what the Rust library makes of texts with it (scripts/make-precompiled-golden.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { precompiled } from '../../../src/model/tokenizer/precompiled.ts'
import { Unsupported } from '../../../src/model/tokenizer/unsupported.ts'

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, '../goldens/precompiled.json'), 'utf8')) as {
  readonly map: string
  readonly cases: readonly (readonly [text: string, normalized: string])[]
}

test.each(golden.cases)('%j is %j', (text, normalized) => expect(precompiled(golden.map)(text)).toBe(normalized))

test.each([
  ['nothing', ''],
  ['a size beyond its end', Buffer.of(255, 255, 0, 0, 1).toString('base64')],
  ['a size that is not of whole units', Buffer.of(3, 0, 0, 0, 1, 1, 1).toString('base64')],
  ['no units', Buffer.of(0, 0, 0, 0).toString('base64')],
])('a map with %s is refused', (_, map) => expect(() => precompiled(map)).toThrow(Unsupported))
