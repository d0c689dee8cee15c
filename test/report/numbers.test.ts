import { expect, test } from 'vitest'
import { bounded, intervalText, percent, pText, signed, taskLabel, unbroken } from '../../src/report/numbers.ts'

test('numbers have a true minus, and no sign if they round to zero', () => {
  expect([percent(0.7954), percent(-0.364, 1), signed(-13.94, 1), signed(2, 1), signed(-0.04, 1)]).toEqual(['79.54 %', '−36.4 %', '−13.9', '+2.0', '0.0'])
})

test('a bound of a thousand and more is only said to be large', () => {
  expect([bounded(999.94, 1), bounded(1000, 1), bounded(Infinity, 1)]).toEqual(['999.9', '> 999', '> 999'])
})

test('an interval follows its figure; none is nothing', () => {
  expect([intervalText([38, 111], (bound) => bound.toFixed(1)), intervalText(null, String)]).toEqual([' [38.0, 111.0]', ''])
})

test('p below a thousandth is not printed as zero', () => {
  expect([pText(0.0341), pText(0.0009)]).toEqual(['0.034', '< 0.001'])
})

test('a task is named with its shots, if it has some', () => {
  expect([taskLabel({ task: 'mmlu', shotCount: 5 }), taskLabel({ task: 'piqa', shotCount: 0 }), taskLabel({ task: 'piqa', shotCount: null })]).toEqual([
    'mmlu (5-shot)',
    'piqa',
    'piqa',
  ])
})

test('on a page no line begins with a percent sign', () => {
  expect(unbroken('95 % interval, 67.1 % of it, a % b')).toBe('95\u00A0% interval, 67.1\u00A0% of it, a % b')
})
