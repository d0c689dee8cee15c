/** The table that a run ends with, on wide and narrow terminals. */
import { expect, test } from 'vitest'
import { resultTable } from '../../src/report/result-table.ts'
import type { RunRecord } from '../../src/store/run-record.ts'

const run = (label: string, value: number) =>
  ({
    model: { label },
    tasks: [{ name: 'piqa', shotCount: 0, itemCount: 200, scores: [{ metric: 'acc', value, standardError: 0.03 }] }],
    groups: [],
  }) as unknown as RunRecord

const runs = [run('original', 0.655), run('pruned', 0.57)]

test('a model has a column, where there is room for it', () => {
  expect(resultTable(runs, { columns: 80 }).split('\n')[3]).toBe('│ piqa │ acc ↑  │     0 │   200 │ 65.50 % ± 3.00 │ 57.00 % ± 3.00 │')
})

test('and a line, where there is not', () => {
  expect(resultTable(runs, { columns: 40 })).toBe('piqa, acc ↑, 0 shots, 200 items\n  original: 65.50 % ± 3.00\n  pruned: 57.00 % ± 3.00')
})
