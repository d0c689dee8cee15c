/** The report of a run in each form. */
import { expect, test } from 'vitest'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { runReport } from '../../src/report/run-report.ts'
import type { RunRecord } from '../../src/store/run-record.ts'
import { choiceTask, storedRun } from '../stored-runs.ts'

const NOTHING_CUT = { requestCount: 0, itemCount: 0, mostTokensLost: 0 }

/** A run of two subsets of 10 items of 20, and their group. */
function record(label: string, value: number): RunRecord {
  const subset = (name: string) => ({
    name,
    task: 'mmlu',
    shotCount: 5,
    itemCount: 10,
    rowCount: 20,
    truncation: NOTHING_CUT,
    scores: [{ metric: 'acc', value, standardError: 0.1 }],
  })
  const group = { name: 'mmlu', members: ['mmlu_law', 'mmlu_logic'], shotCount: 5, itemCount: 20, scores: [{ metric: 'acc', value, standardError: 0.05 }] }
  return { model: { label, maxLength: 512 }, isComplete: true, tasks: [subset('mmlu_law'), subset('mmlu_logic')], groups: [group] } as unknown as RunRecord
}

const records = [record('original', 0.5), record('pruned', 0.4)]
const run = (label: string, right: number) =>
  storedRun(label, [
    choiceTask(
      'mmlu',
      Array.from({ length: 20 }, (_, item) => Number(item < right)),
      { rowCount: 40 },
    ),
  ])
const compared = compareRuns(run('original', 10), [run('pruned', 8)])

test('records: a row for each metric and model; a group has the items and the split of its subsets', () => {
  const { columns, rows } = runReport({ records, compared, withSubsets: false }).records()
  const values = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])))
  expect(values).toMatchObject([
    { task: 'mmlu', metric: 'acc', shots: 5, items: 20, split_items: 40, model: 'original', score: 0.5, standard_error: 0.05, retention: null, status: null },
    { task: 'mmlu', model: 'pruned', score: 0.4, compared_items: 20, original_score: 0.5, retention: 0.8, lost: 2, gained: 0 },
  ])
})

test('subsets are rows if they are asked for, and are not compared here', () => {
  const { rows } = runReport({ records, compared, withSubsets: true }).records()
  expect(rows.map(([task, , , , , model]) => `${task} ${model}`)).toEqual([
    'mmlu_law original',
    'mmlu_law pruned',
    'mmlu_logic original',
    'mmlu_logic pruned',
    'mmlu original',
    'mmlu pruned',
  ])
  expect(rows[1]!.slice(8).every((value) => value === null)).toBe(true)
})

test('an incomplete run says so in every form, and the split of a group that it has not all subsets of is not known', () => {
  const report = runReport({ records: [{ ...records[0]!, isComplete: false }], compared: null, withSubsets: false })
  const line = 'original: incomplete; the scores are those of the items that were scored'
  expect(report.tables(120)).toContain(line)
  expect(JSON.stringify(report.blocks())).toContain(line)
  expect(report.notes).toContain(line)
  const { columns, rows } = report.records()
  expect(rows[0]![columns.indexOf('split_items')]).toBeNull()
})

test('one model has scores alone', () => {
  const report = runReport({ records: records.slice(0, 1), compared: null, withSubsets: false })
  expect(report.tables(120)).toMatch(/│ mmlu │ acc ↑\s+│\s+5 │\s+20 │ 50\.00 % ± 5\.00 │\n└[^\n]*$/u)
  expect(report.blocks()).toHaveLength(1)
  expect(report.notes).toEqual([])
})
