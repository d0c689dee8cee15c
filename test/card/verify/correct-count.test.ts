import { expect, test } from 'vitest'
import { correctCount } from '../../../src/card/verify/correct-count.ts'
import type { Printed } from '../../../src/card/read/printed-cell.ts'

const score = (value: number) => ({ value, slack: 0.005, digits: 2 }) as Printed

test('79.54 % of PIQA are 1,462 of 1,838 items, to the printed digits', () => {
  expect(correctCount({ task: 'piqa', items: null }, score(79.54))).toMatchObject({ correct: 1462, itemCount: 1838, isExact: true })
})

test('79.52 % is the share of no number of items', () => expect(correctCount({ task: 'piqa', items: null }, score(79.52))!.isExact).toBe(false))

test('the items of the card come before the published split; without either nothing is known', () => {
  expect(correctCount({ task: 'piqa', items: { count: 8 } }, score(62.5))).toMatchObject({ correct: 5, itemCount: 8, isExact: true })
  expect(correctCount({ task: 'mine', items: null }, score(50))).toBeNull()
})
