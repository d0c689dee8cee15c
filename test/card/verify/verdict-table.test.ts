import { expect, test } from 'vitest'
import type { CheckedCell } from '../../../src/card/verify/checked-cell.ts'
import { cardVerdictTable } from '../../../src/card/verify/verdict-table.ts'

const cell = (row: string, verdict: CheckedCell['verdict']): CheckedCell => ({
  table: 'Scores',
  row,
  column: 'Retention',
  line: 7,
  text: '93%',
  check: 'retention',
  verdict,
  expected: '94 %',
})
const CELLS = [cell('PIQA', 'equal'), cell('BoolQ', 'different'), cell('MMLU', 'cited')]
const COUNTS = '3 checks: 1 equal, 1 different, 1 cited (nothing in the card decides them)'

test('only wrong cells are shown, or with `all` every one; the counts are of all', () => {
  const text = cardVerdictTable({ cells: CELLS, findings: [] }, [])
  expect(text).toContain('│ 7    │ Scores: BoolQ, Retention │ 93%  │ different │ retention: 94 % │')
  expect(text).not.toContain('PIQA')
  expect(text).toContain(COUNTS)
  const all = cardVerdictTable({ cells: CELLS, findings: [] }, [], { all: true })
  for (const row of ['PIQA', 'BoolQ', 'MMLU']) expect(all).toContain(`Scores: ${row}, Retention`)
})

test('without a wrong cell there is no table, and findings come last with their signs', () => {
  const findings = [
    { id: 'chance', kind: 'misleading', text: 'is no better than chance' },
    { id: 'sum', kind: 'wrong', text: 'does not add up' },
    { id: 'note', kind: 'note', text: 'is of 200 items' },
  ] as const
  expect(cardVerdictTable({ cells: [cell('PIQA', 'equal')], findings }, []).split('\n')).toEqual([
    '1 check: 1 equal, 0 different, 0 cited',
    '⚠️ is no better than chance (chance)',
    '❌ does not add up (sum)',
    '· is of 200 items (note)',
  ])
})

test('cells that were measured again follow, and what does not fit the terminal is paragraphs', () => {
  const measured = { table: 'Scores', row: 'PIQA', column: 'Original', line: 7, text: '65.8%', verdict: 'within', measured: '65.90 %' } as const
  expect(cardVerdictTable({ cells: [], findings: [] }, [measured])).toContain('│ 7    │ PIQA, Original │ 65.8% │ within  │ 65.90 % ')
  expect(cardVerdictTable({ cells: CELLS, findings: [] }, [measured], { columns: 40 })).toBe(
    `line 7, Scores: BoolQ, Retention\n  says 93%: different\n  should be retention: 94 %\n${COUNTS}\nline 7, PIQA, Original\n  says 65.8%: within\n  measured 65.90 %`,
  )
})
