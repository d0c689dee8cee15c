import { expect, test } from 'vitest'
import { COMPARISON_FORMATS, REPORT_FORMATS } from '../../../src/report/formats/registry.ts'
import { smallReport } from './reports.ts'

const report = smallReport()
const wide = { columns: Infinity }

test('a report knows the items that flipped', () => {
  expect(report.flips().map(({ docId, direction }) => [docId, direction])).toEqual([[1, 'lost']])
})

test('table: a wide table, a narrow one of two lines a row, or paragraphs', () => {
  const { table } = REPORT_FORMATS
  expect(table.render(report, wide)).toMatch(/^┌[^\n]*\n│ task .*│ piqa .*75\.00 %/su)
  expect(table.render(report, { columns: 110 })).toMatch(/│ piqa\s+│ pruned\s+│\s+75\.00 % → 50\.00 % │.*\n│ acc, 4 items │/u)
  expect(table.render(report, { columns: 40 })).toMatch(/^piqa acc, 4 items: original 75\.00 %\n/u)
})

test('json: the comparison, without the runs and their items', () => {
  const text = REPORT_FORMATS.json.render(report, wide)
  expect(JSON.parse(text)).toMatchObject({ original: { label: 'original' }, accuracies: [{ task: 'piqa', itemCount: 4 }] })
  expect(text).not.toContain('question 1')
})

test('html: a page with the flipped items', () => {
  expect(COMPARISON_FORMATS.html.render(report, wide)).toMatch(
    /^<!doctype html>.*id="flip-data">\[\{"task":"piqa","metric":"acc","variant":"pruned","direction":"lost","docId":1,/su,
  )
})
