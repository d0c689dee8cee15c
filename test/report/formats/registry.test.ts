import { expect, test } from 'vitest'
import { compareRuns } from '../../../src/compare/compare-runs.ts'
import { renderReport } from '../../../src/report/formats/registry.ts'
import { reportOf } from '../../../src/report/formats/report-format.ts'
import { choiceTask, storedRun } from '../../stored-runs.ts'

const runs = compareRuns(storedRun('original', [choiceTask('piqa', [1, 1, 1, 0])]), [storedRun('pruned', [choiceTask('piqa', [1, 0, 1, 0])])])
const report = reportOf(runs)

test('a report knows the items that flipped', () => {
  expect(report.flips().map(({ docId, direction }) => [docId, direction])).toEqual([[1, 'lost']])
})

test('table: tables, or paragraphs if the terminal is narrow', () => {
  expect(renderReport('table', report)).toMatch(/^┌[^\n]*\n│ task .*│ piqa .*75\.00 %/su)
  expect(renderReport('table', report, 40)).toMatch(/^piqa acc, 4 items: original 75\.00 %\n/u)
})

test('json: the comparison, without the runs and their items', () => {
  expect(JSON.parse(renderReport('json', report))).toMatchObject({ original: { label: 'original' }, accuracies: [{ task: 'piqa', itemCount: 4 }] })
  expect(renderReport('json', report)).not.toContain('question 1')
})

test('html: a page with the flipped items', () => {
  expect(renderReport('html', report)).toMatch(/^<!doctype html>.*id="flip-data">\[\{"task":"piqa","docId":1,/su)
})
