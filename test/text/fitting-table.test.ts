import { expect, test } from 'vitest'
import { cellText, fittingTable } from '../../src/text/fitting-table.ts'

test('the first layout that fits is taken, by its first line', () => {
  const layouts = ['1234567890', '12345\na line that is longer', '123'] as const
  expect([10, 9, 4, 1].map((columns) => fittingTable(layouts, columns))).toEqual([layouts[0], layouts[1], layouts[2], layouts[2]])
})

test('a cell is one line of at most 160 characters', () => {
  expect(cellText('a\nb\tc')).toBe('a b c')
  expect(cellText('x'.repeat(161))).toBe(`${'x'.repeat(160)}…`)
})
