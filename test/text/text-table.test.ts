import { expect, test } from 'vitest'
import { framedTable, numberColumns, textColumns, withoutRepetition, wrappedTable } from '../../src/text/text-table.ts'

const columns = [...textColumns('task'), ...numberColumns('acc')]

test('numbers are aligned to the right, and a table without rows is nothing', () => {
  expect(framedTable({ columns, rows: [['piqa', '7']] }).split('\n')[3]).toBe('│ piqa │   7 │')
  expect(framedTable({ columns, rows: [] })).toBe('')
})

test('a cell that repeats the one above is empty, unless a column before it changed', () => {
  const rows = [
    ['a', 'x', '1'],
    ['a', 'x', '2'],
    ['b', 'x', '2'],
  ]
  expect(withoutRepetition({ columns, rows }, 2).rows).toEqual([
    ['a', 'x', '1'],
    ['', '', '2'],
    ['b', 'x', '2'],
  ])
})

test('a table that is too wide is wrapped in the columns that may be, the widest first', () => {
  const rows = [['piqa', 'acc, acc_norm', 'which of two ways reaches a goal']]
  const table = { columns: textColumns('task', 'metrics', 'what it asks'), rows }
  const drawn = (columns: number) => wrappedTable(table, ['metrics', 'what it asks'], columns).split('\n')
  expect(drawn(59)).toEqual(framedTable(table).split('\n'))
  expect(drawn(40)).toEqual([
    '┌──────┬───────────────┬──────────────┐',
    '│ task │ metrics       │ what it asks │',
    '├──────┼───────────────┼──────────────┤',
    '│ piqa │ acc, acc_norm │ which of two │',
    '│      │               │ ways reaches │',
    '│      │               │ a goal       │',
    '└──────┴───────────────┴──────────────┘',
  ])
  // Columns that may not be wrapped stay whole, and so do words that fit.
  expect(drawn(10)[0]).toBe('┌──────┬──────────┬──────────────┐')
})
