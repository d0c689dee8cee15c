import { expect, test } from 'vitest'
import { differingAddBosToken, differingRollingBos, truncationNote, windowNote } from '../../src/compare/encoding-differences.ts'
import { choiceTask, storedRun } from '../stored-runs.ts'

const cut = (itemCount: number, mostTokensLost: number) =>
  choiceTask('piqa', [1, 0, 1, 1, 0], { truncation: { requestCount: 2 * itemCount, itemCount, mostTokensLost } })

test('items that were cut to the window are counted over the parts of a task, with the longest cut', () => {
  expect(truncationNote('mmlu', [cut(3, 7), cut(1, 1043)], storedRun('b', []))).toEqual([
    'mmlu: b had 4 of 10 items cut to its window of 128 tokens, by up to 1,043 tokens',
  ])
})

test('a task without cut items, or whose file does not count them, has no note', () => {
  expect(truncationNote('piqa', [cut(0, 0)], storedRun('b', []))).toEqual([])
  expect(truncationNote('piqa', [choiceTask('piqa', [1])], storedRun('b', []))).toEqual([])
})

test('perplexities with bos once and twice differ; a run that does not say did as lm-eval', () => {
  const [none, lmEval, once] = [storedRun('a', []), storedRun('b', [], { rollingBos: 'lm-eval' }), storedRun('c', [], { rollingBos: 'once' })]
  expect(differingRollingBos('wikitext', none, once)).toEqual(['wikitext: --rolling-bos lm-eval against once in c'])
  expect(differingRollingBos('wikitext', once, lmEval)).toEqual(['wikitext: --rolling-bos once against lm-eval in b'])
  expect(differingRollingBos('wikitext', none, lmEval)).toEqual([])
})

test('an added bos token differs from none and from the tokenizer’s choice', () => {
  const [none, on, off] = [storedRun('a', []), storedRun('b', [], { addBosToken: true }), storedRun('c', [], { addBosToken: false })]
  expect(differingAddBosToken('piqa', none, on)).toEqual(['piqa: --add-bos-token as the tokenizer against on in b'])
  expect(differingAddBosToken('piqa', on, off)).toEqual(['piqa: --add-bos-token on against off in c'])
  expect(differingAddBosToken('piqa', on, on)).toEqual([])
})

test('windows that differ are noted, if both runs say theirs', () => {
  const a = storedRun('a', [])
  const of = (maxLength: number | null) => storedRun('b', [], { model: { ...a.model, maxLength } })
  expect(windowNote('wikitext', a, of(2048))).toEqual([
    'wikitext: a read it in windows of 128 tokens, b in windows of 2,048: texts longer than that have less context in the smaller one',
  ])
  expect([windowNote('wikitext', a, of(128)), windowNote('wikitext', a, of(null))]).toEqual([[], []])
})
