/** Every part of tokenizer.json gives the ids that the Rust library gives (goldens/tokenizers.json, made by scripts/make-tokenizer-goldens.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { AddedTokens } from '../../../src/model/tokenizer/added-tokens.ts'
import { makePipeline } from '../../../src/model/tokenizer/pipeline.ts'
import { TOKENIZER_SCHEMA } from '../../../src/model/tokenizer/schema.ts'
import { Unsupported } from '../../../src/model/tokenizer/unsupported.ts'

interface Goldens {
  readonly maker: string
  readonly texts: readonly string[]
  readonly models: Readonly<Record<string, object>>
  readonly cases: readonly {
    readonly name: string
    readonly kind: string
    readonly changes: object
    readonly fields: object
    readonly ids: readonly (readonly number[])[]
  }[]
}

const { texts, models, cases, maker } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../goldens/tokenizers.json'), 'utf8')) as Goldens
const SPECIAL = ['<unk>', '<s>', '</s>'].map((content, id) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
}))

/** What a case gives for each text, or what it is refused for. */
function idsOf({ kind, changes, fields }: Goldens['cases'][number]): readonly (readonly number[])[] | string {
  try {
    const content = TOKENIZER_SCHEMA.parse({ added_tokens: SPECIAL, model: { ...models[kind], ...changes }, ...fields })
    const added = new AddedTokens(content.model)
    for (const token of content.added_tokens) added.add(token)
    const { encode, around } = makePipeline(content, added, false)
    return texts.map((text) => [...around.before, ...encode(text), ...around.after])
  } catch (error) {
    if (error instanceof Unsupported) return error.message
    throw error
  }
}

/** The one case that is not honored. */
const REFUSED = 'post_processor.processors of which more than one adds tokens'

test(`they are of the library's version that the documents name: ${maker}`, () => {
  expect(maker).toContain('tokenizers 0.23.3')
  expect(cases.length).toBeGreaterThan(150)
})

test.each(cases.map((each) => [each.name, each] as const))('%s', (name, each) => {
  const given = idsOf(each)
  if (typeof given === 'string') expect([given, name.startsWith('post_processor {"type": "Sequence"')]).toEqual([REFUSED, true])
  else expect(given).toEqual(each.ids)
})
