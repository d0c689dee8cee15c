import { expect, test } from 'vitest'
import { withDivergences } from '../../src/report/divergence-records.ts'
import { divergenceLine, runSummary } from '../divergences.ts'

const scores = { columns: ['task', 'metric', 'shots', 'items', 'model', 'score', 'standard_error'], rows: [['piqa', 'acc', 0, 20, 'nf4', 0.5, 0.1]] }

test('a row for each task and variant, with columns of its own behind those of scores', () => {
  const { columns, rows } = withDivergences(scores, { divergences: [divergenceLine('piqa'), divergenceLine(null)], variants: [runSummary('nf4')] })
  expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([columns.length]))
  const named = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])))
  expect(named[0]).toMatchObject({ task: 'piqa', metric: 'acc', score: 0.5, positions: null, kl_max: null })
  expect(named[1]).toMatchObject({ task: 'piqa', metric: 'mean_kl', shots: null, items: 20, model: 'nf4', score: 0.0125, standard_error: 0.001 })
  expect(named[1]).toMatchObject({ positions: 240, mean_kl_low: 0.01, mean_kl_high: 0.015, kl_median: 0.002, kl_max: 0.5, same_top: 0.975, choices_js: 0.0015 })
  expect(named[2]).toMatchObject({ task: 'all tasks', metric: 'mean_kl' })
})

test('without divergences the records are as they were', () => {
  expect(withDivergences(scores, { divergences: [], variants: [] })).toBe(scores)
})
