/** What `card verify` prints: cells with their verdicts, then the findings. */
import { counted } from '../../text/count.ts'
import { cellText, fittingTable } from '../../text/fitting-table.ts'
import { framedTable, textColumns } from '../../text/text-table.ts'
import type { CheckedCell } from './checked-cell.ts'
import type { ReproducedCell } from './reproduced-cell.ts'
import type { CardVerdict } from './check-card.ts'

/** Lines of text: the cells that are wrong, or with `all` every one, and the cells that were measured again. A table wider than `columns` is paragraphs. */
export function cardVerdictTable({ cells, findings }: CardVerdict, reproduced: readonly ReproducedCell[], { all = false, columns = Infinity } = {}): string {
  const shown = all ? cells : cells.filter(({ verdict }) => verdict === 'different')
  const checkedRows = shown.map(({ line, table, row, column, text, verdict, check, expected }) => [
    String(line),
    `${table}: ${row}, ${column}`,
    text,
    verdict,
    `${check}: ${expected}`,
  ])
  const measuredRows = reproduced.map(({ line, row, column, text, verdict, measured }) => [String(line), `${row}, ${column}`, text, verdict, measured])
  return [
    ...verdictTable('should be', checkedRows, columns),
    countLine(cells),
    ...verdictTable('measured', measuredRows, columns),
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

/** None if it would have no rows. `found` heads the last column. */
function verdictTable(found: string, rows: readonly (readonly string[])[], columns: number): string[] {
  if (rows.length === 0) return []
  const cells = rows.map((row) => row.map(cellText))
  const table = framedTable({ columns: textColumns('line', 'cell', 'says', 'verdict', found), rows: cells })
  const paragraphs = cells.map(([line, cell, says, verdict, right]) => `line ${line}, ${cell}\n  says ${says}: ${verdict}\n  ${found} ${right}`)
  return [fittingTable([table, paragraphs.join('\n')], columns)]
}
