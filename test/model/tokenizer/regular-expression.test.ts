/** Patterns of a tokenizer in closed cases; the pieces are those of Split with "isolated" in tokenizers 0.23.3. */
import { expect, test } from 'vitest'
import { translate } from '../../../src/model/tokenizer/regular-expression.ts'

test.each([
  [String.raw`\n$`, 'a\n', ['\n']],
  [String.raw`\n$`, 'a\r\n', ['\n']],
  [String.raw`\n$`, '\r\nb', []],
  [String.raw`\s$`, 'a\n\n', ['\n', '\n']],
  [String.raw`\n\n$`, 'a\n\n', ['\n\n']],
  [String.raw`(?<=\S)\s|\n$`, 'x\r\n\r\n', ['\r', '\n']],
])('%s finds in %j: %j', (pattern, text, found) => expect(text.match(translate(pattern)) ?? []).toEqual(found))
