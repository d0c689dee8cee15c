import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { csv } from '../../../src/report/formats/csv.ts'
import type { Report } from '../../../src/report/formats/report-format.ts'
import { smallReport } from './reports.ts'

const place = { columns: Infinity }

test('has a header and a row for each task, metric and model, which another parser reads', () => {
  const rows: Record<string, string>[] = parse(csv.render(smallReport(), place), { columns: true })
  expect(rows.map(({ task, metric, model, score }) => [task, metric, model, Number(score)])).toEqual([
    ['piqa', 'acc', 'original', 0.75],
    ['piqa', 'acc', 'pruned', 0.5],
    ['wikitext', 'word_perplexity', 'original', Math.exp(3)],
    ['wikitext', 'word_perplexity', 'pruned', Math.exp(4)],
  ])
  expect(rows[1]).toMatchObject({ original_score: '0.75', difference: '-0.25', lost: '1', gained: '0', status: 'Too few items', ratio: '' })
  expect(Number(rows[1]!['retention'])).toBeCloseTo(2 / 3, 12)
  expect(rows[0]).toMatchObject({ retention: '', status: '' })
  expect(Number(rows[3]!['ratio'])).toBeCloseTo(Math.E, 12)
})

test('names with commas, quotes and line ends are one field; lines end as RFC 4180 has them', () => {
  const text = csv.render(smallReport('a, "b"\nc'), place)
  expect(text.split('\r\n')).toHaveLength(6)
  expect(text).toContain(',"a, ""b""\nc",0.5,')
})

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  [-1, '-1'],
  [null, ''],
  [NaN, ''],
])('a spreadsheet does not compute the text %j, and numbers stay numbers', (value, field) => {
  const report = { records: () => ({ columns: ['value'], rows: [[value]] }) } as unknown as Report
  expect(csv.render(report, place)).toBe(`value\r\n${field}\r\n`)
})
