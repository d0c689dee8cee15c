/** What `card verify` prints: cells with their verdicts, then the findings. */
import Table from 'cli-table3'
import { counted } from '../../text/count.ts'
import { cellText } from '../../text/fitting-table.ts'
import type { CheckedCell } from './checked-cell.ts'
import type { ReproducedCell } from './reproduce-card.ts'
import type { CardVerdict } from './check-card.ts'

/** Lines of text: the cells that are wrong, or with `all` every one, and the cells that were measured again. */
export function cardVerdictTable({ cells, findings }: CardVerdict, reproduced: readonly ReproducedCell[], { all = false } = {}): string {
  const shown = all ? cells : cells.filter(({ verdict }) => verdict === 'different')
  const checkedRows = shown.map(({ line, table, row, column, text, verdict, check, expected }) => [
    line,
    `${table}: ${row}, ${column}`,
    text,
    verdict,
    `${check}: ${expected}`,
  ])
  const measuredRows = reproduced.map(({ line, row, column, text, verdict, measured }) => [line, `${row}, ${column}`, text, verdict, measured])
  return [
    ...plainTable(['line', 'cell', 'says', 'verdict', 'should be'], checkedRows),
    countLine(cells),
    ...plainTable(['line', 'cell', 'says', 'verdict', 'measured'], measuredRows),
    ...findings.map(({ id, kind, text }) => `${SIGNS[kind]} ${text} (${id})`),
  ].join('\n')
}

/** `30 checks: 28 equal, 1 different, 1 cited (nothing in the card decides it)`. */
function countLine(cells: readonly CheckedCell[]): string {
  const number = (verdict: CheckedCell['verdict']) => cells.filter((cell) => cell.verdict === verdict).length
  const cited = number('cited')
  return `${counted(cells.length, 'check')}: ${number('equal')} equal, ${number('different')} different, ${cited} cited${cited > 0 ? ' (nothing in the card decides them)' : ''}`
}

const SIGNS = { wrong: '❌', misleading: '⚠️', note: '·' } as const

/** None if it would have no rows. */
function plainTable(head: string[], rows: readonly (readonly (string | number)[])[]): string[] {
  if (rows.length === 0) return []
  const table = new Table({ head, style: { head: [], border: [], compact: true } })
  table.push(...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cellText(cell) : cell))))
  return [table.toString()]
}
