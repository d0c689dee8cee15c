import { expect, test } from 'vitest'
import type { AccuracyCell, AccuracyLine } from '../../src/compare/comparison.ts'
import { shownNotes } from '../../src/report/shown-notes.ts'

const line = (task: string, itemCount: number | null, interval: AccuracyCell['differenceInterval'] = [-0.2, 0.346]) =>
  ({ task, shotCount: null, itemCount, cells: [null, { differenceInterval: interval }] }) as unknown as AccuracyLine

test('tasks with few items are named with what their intervals allow for', () => {
  expect(shownNotes({ notes: ['a'], accuracies: [line('piqa', 10), line('boolq', 100), line('rte', 1)] })).toEqual([
    'a',
    'intervals of piqa (10 items), rte (1 item) are wide: on other items of the kind the original may score less and the variant more; more items narrow them',
  ])
  expect(shownNotes({ notes: [], accuracies: ['a', 'b', 'c', 'd'].map((task) => line(task, 9)) })[0]).toMatch(
    /^intervals of a .*, c \(9 items\) and 1 more are wide/u,
  )
})

test('without intervals and with many items there is nothing to explain', () => {
  expect(shownNotes({ notes: ['a'], accuracies: [line('piqa', 100), line('boolq', 10, null), line('rte', null)] })).toEqual(['a'])
})
