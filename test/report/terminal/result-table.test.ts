/** The table that a run ends with, on wide and narrow terminals. */
import { describe, expect, test } from 'vitest'
import { formatScore, resultTable } from '../../../src/report/terminal/result-table.ts'
import type { RunRecord } from '../../../src/store/run-record.ts'

const NOTHING_CUT = { requestCount: 0, itemCount: 0, mostTokensLost: 0 }
const run = (label: string, value: number, truncation = NOTHING_CUT) =>
  ({
    model: { label, maxLength: 512 },
    tasks: [{ name: 'piqa', task: 'piqa', shotCount: 0, itemCount: 200, scores: [{ metric: 'acc', value, standardError: 0.03 }], truncation }],
    groups: [],
  }) as unknown as RunRecord

const runs = [run('original', 0.655), run('pruned', 0.57)]

test('a model has a column if there is room for it', () => {
  expect(resultTable(runs, { columns: 80 }).split('\n')[3]).toBe('│ piqa │ acc ↑  │     0 │   200 │ 65.50 % ± 3.00 │ 57.00 % ± 3.00 │')
})

test('and a line if there is not', () => {
  expect(resultTable(runs, { columns: 40 })).toBe('piqa, acc ↑, 0 shots, 200 items\n  original: 65.50 % ± 3.00\n  pruned: 57.00 % ± 3.00')
})

test('below it is how many items were cut to the window, by model and task', () => {
  const cut = [run('original', 0.655), run('pruned', 0.57, { requestCount: 4, itemCount: 2, mostTokensLost: 1043 })]
  expect(resultTable(cut, { columns: 80 }).split('\n').at(-1)).toBe(
    'pruned · piqa: 2 of 200 items have prompts longer than the window of 512 tokens and were cut, by up to 1,043 tokens',
  )
})

test('subsets of a task are counted together', () => {
  const [subset] = run('m', 0.5, { requestCount: 4, itemCount: 1, mostTokensLost: 7 }).tasks
  const subsets = ['mmlu_law', 'mmlu_logic'].map((name) => ({ ...subset!, name, task: 'mmlu' }))
  const record = { ...run('m', 0.5), tasks: subsets }
  expect(resultTable([record], { columns: 80 }).split('\n').at(-1)).toBe(
    'm · mmlu: 2 of 400 items have prompts longer than the window of 512 tokens and were cut, by up to 7 tokens',
  )
})

describe('a score', () => {
  test.each([
    [{ metric: 'acc' as const, value: 0.64, standardError: 0.034026 }, '64.00 % ± 3.40'],
    [{ metric: 'acc_norm' as const, value: 1, standardError: NaN }, '100.00 %'],
    [{ metric: 'word_perplexity' as const, value: 31.085604656595418, standardError: 1.234 }, '31.0856 ± 1.2'],
    [{ metric: 'token_perplexity' as const, value: 3231.06, standardError: 530.1 }, '3231.0600 ± 530'],
    [{ metric: 'acc' as const, value: NaN, standardError: NaN }, '–'],
    [undefined, '–'],
  ])('%o is written %s', (score, expected) => expect(formatScore(score)).toBe(expected))
})
