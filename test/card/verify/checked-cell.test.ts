import { expect, test } from 'vitest'
import { printed } from '../../../src/card/read/printed-cell.ts'
import { canBeQuotient, checked, roundsTo, undecided } from '../../../src/card/verify/checked-cell.ts'

const cell = (text: string) => printed({ table: 'Scores', row: 'PIQA', column: 'Retention', line: 3, text })!

test.each([
  ['93.5%', 93.549, true],
  ['93.5%', 93.551, false],
  ['0.30', 0.2951, true],
  ['0.30', 0.31, false],
])('%s is %d rounded: %s', (text, exact, expected) => expect(roundsTo(cell(text), exact)).toBe(expected))

test.each([
  ['93.5%', '61.5', '65.8', true],
  ['93.7%', '61.5', '65.8', false],
  ['94%', '61.5', '65.8', true],
  ['95%', '61.5', '65.8', false],
  ['200%', '1', '0', true],
])('%s can be %s over %s: %s', (text, over, under, expected) => expect(canBeQuotient(cell(text), cell(over), cell(under), 100)).toBe(expected))

test('a verdict has the place of the cell, without what was read of it', () => {
  const place = { table: 'Scores', row: 'PIQA', column: 'Retention', line: 3, text: '93%' }
  expect(checked(cell('93%'), 'retention', true, '93 %')).toEqual({ ...place, check: 'retention', verdict: 'equal', expected: '93 %' })
  expect(checked(cell('93%'), 'retention', false, '94 %').verdict).toBe('different')
  expect(undecided(cell('93%'), 'score', 'needs a run').verdict).toBe('cited')
})
