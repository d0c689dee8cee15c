import { expect, test } from 'vitest'
import { baseModelOf } from '../../../src/card/read/base-model.ts'
import { readCard } from '../../../src/card/read/read-card.ts'

test.each([
  ['---\nbase_model: a/b\n---\n', 'a/b'],
  ['---\nbase_model:\n- a/b\n---\n', 'a/b'],
  ['---\nbase_model:\n- a/b\n- c/d\n---\n', null],
  ['---\nbase_model: {x: y}\n---\n', null],
  ['---\nlicense: mit\n---\n', null],
  ['---\n- base_model\n---\n', null],
  ['# Mine\n', null],
])('%j', (text, base) => expect(baseModelOf(readCard(text, 'README.md'))).toBe(base))
