import { expect, test } from 'vitest'
import type { LoadedTask } from '../../src/run/loaded-task.ts'
import { inChunks, requestsOf } from '../../src/run/task-requests.ts'

const request = (context: string, continuation: string) => ({ kind: 'continuation', context, continuation })
const choice = (docId: number, contexts: readonly string[]) => ({
  kind: 'choice',
  docId,
  choices: ['yes', 'no'],
  requests: contexts.flatMap((context) => [request(context, ' yes'), request(context, ' no')]),
})
const LOADED = {
  parts: [
    { name: 'mmlu_law', items: [choice(4, ['q', ''])] },
    { name: 'mmlu_virology', items: [choice(0, ['p']), { kind: 'rolling', docId: 7, requests: [{ kind: 'rolling', text: 'text' }] }] },
    { name: 'corpus', items: [{ kind: 'corpus', docId: 0, requests: [{ kind: 'corpus', text: 'long', windowLength: 8 }] }] },
  ],
} as unknown as LoadedTask

test('requests are in the order of the items', () => {
  expect(requestsOf(LOADED).map((each) => ('text' in each ? each.text : each.context + each.continuation))).toEqual([
    'q yes',
    'q no',
    ' yes',
    ' no',
    'p yes',
    'p no',
    'text',
    'long',
  ])
})

test('a request is named by its part, its row and its choice', () => {
  const { nameOf, chunks } = inChunks(LOADED, 1)
  expect([0, 3, 5, 6, 7].map(nameOf)).toEqual([
    'mmlu_law, row 4, choice 1 of 2',
    'mmlu_law, row 4, choice 2 of 2 without its prompt',
    'mmlu_virology, row 0, choice 2 of 2',
    'mmlu_virology, row 7',
    'corpus',
  ])
  expect(() => nameOf(8)).toThrow('no request 8')
  expect(chunks.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})
