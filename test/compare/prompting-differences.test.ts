import { expect, test } from 'vitest'
import { differingPrompting } from '../../src/compare/prompting-differences.ts'
import type { StoredPrompting } from '../../src/store/stored-run.ts'
import { choiceTask, storedRun, textTask } from '../stored-runs.ts'

const PLAIN: StoredPrompting = { chatTemplate: null, systemInstruction: null, fewshotAsMultiturn: null }
const run = (label: string, changes: Partial<StoredPrompting>) => storedRun(label, [], { prompting: { ...PLAIN, ...changes } })
const chat = { chatTemplate: '0123456789abcdef', fewshotAsMultiturn: true }
const piqa = choiceTask('piqa', [1])

test.each([
  [{}, chat, 'piqa: chat template none against 0123456789ab in b: score both with --apply-chat-template and one template, or both without'],
  [chat, { ...chat, fewshotAsMultiturn: false }, 'piqa: few-shot examples as turns yes against no in b: score both with one --fewshot-as-multiturn'],
  [{}, { systemInstruction: 'ffff' }, 'piqa: system instruction none against ffff in b: score both with one --system-instruction'],
])('%o and %o cannot be compared', (a, b, reason) => {
  expect(differingPrompting(piqa, run('a', a), run('b', b))).toEqual([reason])
})

test('equal settings, whole texts and cited scores have no difference', () => {
  expect(differingPrompting(piqa, run('a', chat), run('b', chat))).toEqual([])
  expect(differingPrompting(textTask('wikitext', []), run('a', {}), run('b', chat))).toEqual([])
  expect(differingPrompting(piqa, run('a', chat), storedRun('card', []))).toEqual([])
})
