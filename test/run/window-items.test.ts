import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { windowItem } from '../../src/run/window-items.ts'

const corpus = { kind: 'corpus', task: 'wikitext2_gptq', docId: 0, doc: null, target: '', requests: [] } as unknown as Parameters<typeof windowItem>[0]
const window = (index: number, tokens: readonly number[]) => ({
  index,
  tokens: Int32Array.from(tokens),
  logLikelihood: { logProb: -1, isGreedy: false, tokenCount: 3 },
})

test('a window is named by its place and the hash of its tokens, not by its text', () => {
  const sha256 = createHash('sha256').update('5 6 7').digest('hex')
  expect(windowItem(corpus, window(2, [5, 6, 7]))).toMatchObject({
    kind: 'rolling',
    task: 'wikitext2_gptq',
    docId: 2,
    doc: { window: 2, first_token: 6, token_count: 3, token_ids_sha256: sha256 },
    requests: [{ kind: 'rolling', text: `tokens 6 to 8 of the text (sha256 of their ids: ${sha256})` }],
  })
})

test('other tokens at the same place are another item', () => {
  const targets = [
    [1, 23],
    [12, 3],
  ].map((tokens) => windowItem(corpus, window(0, tokens)).target)
  expect(new Set(targets).size).toBe(2)
})
