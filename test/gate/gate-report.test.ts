import { expect, test } from 'vitest'
import { gateReport } from '../../src/gate/gate-report.ts'
import { failedOutcome, outcome } from './judged-outcome.ts'

const rest = { files: { baseline: [], candidate: [] }, exitCode: 1 }

test('a report has a record for each rule, and without a judgement nothing on a terminal', () => {
  const { columns, rows } = gateReport({ ...outcome, ...rest }).records()
  const verdicts = rows.map((row) => [row[columns.indexOf('task')], row[columns.indexOf('rule')], row[columns.indexOf('verdict')]])
  expect(verdicts).toEqual([
    ['piqa', 'min_retention', 'regressed'],
    ['piqa', 'max_drop_points', 'undecided'],
    ['wikitext', 'max_perplexity_ratio', 'passed'],
    ['mmlu', 'min_retention', 'incomparable'],
  ])
  expect(gateReport({ ...failedOutcome, ...rest }).tables(80)).toBe('')
})
