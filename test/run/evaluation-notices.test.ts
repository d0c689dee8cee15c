import { expect, test } from 'vitest'
import { failedItemsError, leftOverNotice, reportFailed, tokensBehindWarning } from '../../src/run/evaluation-notices.ts'
import type { LoadedTask } from '../../src/run/loaded-task.ts'
import type { Encoder } from '../../src/plan/encode.ts'

const part = (name: string, docIds: readonly number[]) => ({ name, subset: '', items: docIds.map((docId) => ({ docId, requests: [{}, {}] })) })
const LOADED = { parts: [part('mmlu_law', [0, 3]), part('mmlu_virology', [0])] } as unknown as LoadedTask

test('each item without a response is named once, with the last reason of its requests', () => {
  const notices: string[] = []
  const failed = new Map([
    [2, 'server error'],
    [3, 'timeout'],
    [4, 'refused'],
  ])
  expect(reportFailed(LOADED, failed, (notice) => notices.push(notice))).toEqual(['mmlu_law 3', 'mmlu_virology 0'])
  expect(notices).toEqual(['item mmlu_law 3 has no response: timeout', 'item mmlu_virology 0 has no response: refused'])
})

test('a run in which items have no response fails with their names; another one does not', () => {
  expect(failedItemsError([])).toBeUndefined()
  expect(failedItemsError(['piqa 7'])!.message).toBe('1 item has no response: piqa 7')
  expect(failedItemsError(['piqa 7', 'piqa 9'])!.message).toBe('2 items have no response: piqa 7, piqa 9')
})

test('tokens of a corpus that fill no window are said', () => {
  expect([0, 1, 1500].flatMap((tokens) => leftOverNotice('wikitext2_gptq', tokens))).toEqual([
    'wikitext2_gptq: the last 1 token of the text fills no window and is not scored',
    'wikitext2_gptq: the last 1,500 tokens of the text fill no window and are not scored',
  ])
})

test('a tokenizer that ends texts with eos is warned of, one that only begins them is not', () => {
  const encoder = (before: readonly number[], behind: readonly number[]) =>
    ({ encode: (_: string, { specialTokens } = { specialTokens: true }) => (specialTokens ? [...before, 65, ...behind] : [65]) }) as unknown as Encoder
  expect(tokensBehindWarning(encoder([1], []))).toEqual([])
  expect(tokensBehindWarning(encoder([1], [2]))[0]).toMatch(/^warning: the tokenizer appends the token 2 to each text/u)
})
