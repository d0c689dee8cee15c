import { expect, test } from 'vitest'
import type { AccuracyCell, AccuracyLine } from '../../src/compare/comparison.ts'
import { shownNotes } from '../../src/report/shown-notes.ts'

const line = (task: string, itemCount: number | null, interval: AccuracyCell['differenceInterval'] = [-0.2, 0.346]) =>
  ({ task, shotCount: null, itemCount, cells: [null, { differenceInterval: interval }] }) as unknown as AccuracyLine

test('few items have a note on what their intervals allow for, which fits 120 columns', () => {
  const notes = shownNotes({ notes: ['a'], accuracies: [line('piqa', 10), line('boolq', 100)] })
  expect(notes).toEqual(['a', 'intervals of fewer than 100 items are wide: on other items the original may score less, the variant more'])
  expect(`note: ${notes[1]}`.length).toBeLessThan(120)
})

test('without intervals and with many items there is nothing to explain', () => {
  expect(shownNotes({ notes: ['a'], accuracies: [line('piqa', 100), line('boolq', 10, null), line('rte', null)] })).toEqual(['a'])
})
