import { expect, test } from 'vitest'
import { scanReport } from '../../../src/report/scan/scan-report.ts'
import { layerScan } from '../../layer-scans.ts'

test('records have a row for each unit and task, with the names of the columns', () => {
  const { columns, rows } = scanReport(layerScan()).records()
  expect(rows.map((row) => Object.fromEntries(row.map((value, index) => [columns[index]!, value])))).toMatchObject([
    {
      first_layer: 0,
      last_layer: 0,
      influence: 0.5,
      damage: 0.25,
      task: 'piqa',
      metric: 'acc_norm',
      items: 200,
      original_score: 0.75,
      score: 0.5,
      loss_low: 0.1,
    },
    { first_layer: 0, task: 'wikitext', score: 24.6 },
    { first_layer: 1, task: 'piqa', loss: -0.05, loss_high: 0.01 },
    { first_layer: 1, task: 'wikitext', loss: 0 },
  ])
})

test('notes are told as text and as data', () => {
  const report = scanReport({ ...layerScan(), notes: ['a note'] })
  expect([report.notes, report.tables(Infinity).split('\n').at(-1)]).toEqual([['a note'], 'note: a note'])
})
