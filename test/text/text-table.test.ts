import { expect, test } from 'vitest'
import { framedTable, numberColumns, textColumns, withoutRepetition } from '../../src/text/text-table.ts'

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
